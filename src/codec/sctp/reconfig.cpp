#include "codec/sctp/reconfig.h"

#include "codec/sctp/parameter.h"

namespace portico::codec::sctp {
namespace {

constexpr std::size_t kMaxItems = 2;

std::vector<std::uint16_t> read_streams(ByteReader& reader) {
  std::vector<std::uint16_t> streams;
  streams.reserve(reader.remaining() / 2);
  while (reader.remaining() >= 2) streams.push_back(reader.u16());
  return streams;
}

Result<ReconfigItem> parse_item(const Parameter& parameter) {
  ByteReader reader(parameter.value);
  std::uint32_t sequence = reader.u32();
  if (!reader.ok()) return fail(ErrorCode::truncated, "RE-CONFIG parameter");
  switch (parameter.type) {
    case parameter_type::kOutgoingReset: {
      OutgoingReset reset{sequence, reader.u32(), reader.u32(), {}};
      if (!reader.ok()) return fail(ErrorCode::truncated, "outgoing SSN reset");
      reset.streams = read_streams(reader);
      if (reader.remaining() != 0) return fail(ErrorCode::invalid, "outgoing SSN reset length");
      return reset;
    }
    case parameter_type::kIncomingReset: {
      IncomingReset reset{sequence, read_streams(reader)};
      if (reader.remaining() != 0) return fail(ErrorCode::invalid, "incoming SSN reset length");
      return reset;
    }
    case parameter_type::kReconfigResponse: {
      std::uint32_t result = reader.u32();
      if (!reader.ok()) return fail(ErrorCode::truncated, "RE-CONFIG response");
      if (result > static_cast<std::uint32_t>(ReconfigResult::in_progress)) {
        return fail(ErrorCode::invalid, "RE-CONFIG result");
      }
      return ReconfigResponse{sequence, static_cast<ReconfigResult>(result)};
    }
    case parameter_type::kTsnReset:
    case parameter_type::kAddOutgoingStreams:
    case parameter_type::kAddIncomingStreams:
      return OtherRequest{parameter.type, sequence};
    default:
      return fail(ErrorCode::unsupported, "RE-CONFIG parameter type");
  }
}

struct ItemWriter {
  ByteWriter& out;
  bool last;

  void parameter(std::uint16_t type, const ByteWriter& value) const {
    write_parameter(out, type, value.view(), !last);
  }
  void operator()(const OutgoingReset& reset) const {
    ByteWriter value;
    value.u32(reset.request);
    value.u32(reset.response);
    value.u32(reset.last_tsn);
    for (std::uint16_t stream : reset.streams) value.u16(stream);
    parameter(parameter_type::kOutgoingReset, value);
  }
  void operator()(const IncomingReset& reset) const {
    ByteWriter value;
    value.u32(reset.request);
    for (std::uint16_t stream : reset.streams) value.u16(stream);
    parameter(parameter_type::kIncomingReset, value);
  }
  void operator()(const OtherRequest& request) const {
    ByteWriter value;
    value.u32(request.request);
    value.zeros(request.type == parameter_type::kTsnReset ? 0 : 4);
    parameter(request.type, value);
  }
  void operator()(const ReconfigResponse& response) const {
    ByteWriter value;
    value.u32(response.response);
    value.u32(static_cast<std::uint32_t>(response.result));
    parameter(parameter_type::kReconfigResponse, value);
  }
};

}  // namespace

Result<std::vector<ReconfigItem>> parse_reconfig(const Chunk& chunk) {
  std::vector<ReconfigItem> items;
  ParameterCursor cursor(chunk.value);
  while (auto parameter = cursor.next()) {
    if (items.size() == kMaxItems) return fail(ErrorCode::limit, "RE-CONFIG parameters");
    PORTICO_TRY(item, parse_item(*parameter));
    items.push_back(std::move(item));
  }
  if (cursor.malformed() || items.empty()) return fail(ErrorCode::invalid, "RE-CONFIG");
  return items;
}

void write_reconfig(PacketWriter& out, const std::vector<ReconfigItem>& items) {
  out.begin(ChunkType::re_config, 0);
  for (std::size_t i = 0; i < items.size(); ++i) {
    std::visit(ItemWriter{out.body(), i + 1 == items.size()}, items[i]);
  }
  out.end();
}

}  // namespace portico::codec::sctp
