#include "codec/sctp/chunks.h"

#include <algorithm>

#include "codec/sctp/parameter.h"

namespace portico::codec::sctp {
namespace {

constexpr std::uint8_t kEndFlag = 1;
constexpr std::uint8_t kBeginFlag = 2;
constexpr std::uint8_t kUnorderedFlag = 4;
constexpr std::uint8_t kImmediateFlag = 8;

// Parameters of INIT that we know and have no use for, though their type's highest bits say "stop":
// addresses (5, 6), cookie preservative (9), host name (11), supported address types (12), and a
// report of what the peer did not understand (8).
bool is_ignored_parameter(std::uint16_t type) {
  return type == 5 || type == 6 || type == 8 || type == 9 || type == 11 || type == 12;
}

Result<void> parse_init_parameters(Bytes data, InitChunk& init) {
  ParameterCursor cursor(data);
  while (auto parameter = cursor.next()) {
    switch (parameter->type) {
      case parameter_type::kStateCookie:
        init.cookie.assign(parameter->value.begin(), parameter->value.end());
        continue;
      case parameter_type::kForwardTsn:
        init.forward_tsn = true;
        continue;
      case parameter_type::kSupportedExtensions:
        init.extensions.assign(parameter->value.begin(), parameter->value.end());
        continue;
      case parameter_type::kZeroChecksum:
        if (parameter->value.size() != 4)
          return fail(ErrorCode::invalid, "zero checksum parameter");
        init.zero_checksum = load32(parameter->value.data());
        continue;
      default:
        break;
    }
    if (is_ignored_parameter(parameter->type)) continue;
    UnknownAction action = parameter->unknown_action();
    bool report =
        action == UnknownAction::stop_and_report || action == UnknownAction::skip_and_report;
    if (report && init.unrecognized.size() + parameter->value.size() + 8 <= kMaxReported) {
      ByteWriter whole;
      write_parameter(whole, parameter->type, parameter->value);
      init.unrecognized.insert(init.unrecognized.end(), whole.view().begin(), whole.view().end());
    }
    if (action == UnknownAction::stop || action == UnknownAction::stop_and_report) return {};
  }
  if (cursor.malformed()) return fail(ErrorCode::invalid, "INIT parameter");
  return {};
}

}  // namespace

Result<DataChunk> parse_data(const Chunk& chunk) {
  ByteReader reader(chunk.value);
  DataChunk data;
  data.tsn = reader.u32();
  data.stream = reader.u16();
  data.ssn = reader.u16();
  data.ppid = reader.u32();
  if (!reader.ok()) return fail(ErrorCode::truncated, "DATA");
  data.payload = reader.rest();
  if (data.payload.empty()) return fail(ErrorCode::invalid, "DATA without user data");
  data.immediate = (chunk.flags & kImmediateFlag) != 0;
  data.unordered = (chunk.flags & kUnorderedFlag) != 0;
  data.begin = (chunk.flags & kBeginFlag) != 0;
  data.end = (chunk.flags & kEndFlag) != 0;
  return data;
}

void write_data(PacketWriter& out, const DataChunk& data) {
  int flags = (data.immediate ? kImmediateFlag : 0) | (data.unordered ? kUnorderedFlag : 0) |
              (data.begin ? kBeginFlag : 0) | (data.end ? kEndFlag : 0);
  out.begin(ChunkType::data, static_cast<std::uint8_t>(flags));
  out.body().u32(data.tsn);
  out.body().u16(data.stream);
  out.body().u16(data.ssn);
  out.body().u32(data.ppid);
  out.body().bytes(data.payload);
  out.end();
}

bool InitChunk::supports(ChunkType type) const {
  return std::find(extensions.begin(), extensions.end(), static_cast<std::uint8_t>(type)) !=
         extensions.end();
}

Result<InitChunk> parse_init(const Chunk& chunk) {
  ByteReader reader(chunk.value);
  InitChunk init;
  init.initiate_tag = reader.u32();
  init.a_rwnd = reader.u32();
  init.outbound_streams = reader.u16();
  init.inbound_streams = reader.u16();
  init.initial_tsn = reader.u32();
  if (!reader.ok()) return fail(ErrorCode::truncated, "INIT");
  if (init.initiate_tag == 0) return fail(ErrorCode::invalid, "INIT with tag zero");
  if (init.outbound_streams == 0 || init.inbound_streams == 0) {
    return fail(ErrorCode::invalid, "INIT without streams");
  }
  PORTICO_TRY(parameters, parse_init_parameters(reader.rest(), init).map([] { return true; }));
  static_cast<void>(parameters);
  if (init.supports(ChunkType::forward_tsn)) init.forward_tsn = true;
  if (chunk.is(ChunkType::init_ack) && init.cookie.empty()) {
    return fail(ErrorCode::invalid, "INIT ACK without cookie");
  }
  return init;
}

void write_init(PacketWriter& out, ChunkType type, const InitChunk& init) {
  out.begin(type, 0);
  ByteWriter& body = out.body();
  body.u32(init.initiate_tag);
  body.u32(init.a_rwnd);
  body.u16(init.outbound_streams);
  body.u16(init.inbound_streams);
  body.u32(init.initial_tsn);
  if (init.forward_tsn) write_parameter(body, parameter_type::kForwardTsn, {});
  if (init.zero_checksum) {
    std::uint8_t method[4];
    store32(method, *init.zero_checksum);
    write_parameter(body, parameter_type::kZeroChecksum, method);
  }
  if (!init.cookie.empty()) write_parameter(body, parameter_type::kStateCookie, init.cookie);
  if (!init.unrecognized.empty()) {
    ParameterCursor reported(init.unrecognized);
    while (auto parameter = reported.next()) {
      ByteWriter inner;
      write_parameter(inner, parameter->type, parameter->value, false);
      write_parameter(body, parameter_type::kUnrecognized, inner.view());
    }
  }
  if (!init.extensions.empty()) {
    write_parameter(body, parameter_type::kSupportedExtensions, init.extensions, false);
  }
  out.end();
}

Result<SackChunk> parse_sack(const Chunk& chunk) {
  ByteReader reader(chunk.value);
  SackChunk sack;
  sack.cumulative_tsn = reader.u32();
  sack.a_rwnd = reader.u32();
  std::size_t gaps = reader.u16();
  std::size_t duplicates = reader.u16();
  if (!reader.ok() || reader.remaining() < (gaps + duplicates) * 4) {
    return fail(ErrorCode::truncated, "SACK");
  }
  sack.gaps.reserve(gaps);
  bool honest = true;
  std::uint32_t previous_end = 0;
  for (std::size_t i = 0; i < gaps; ++i) {
    GapBlock block{reader.u16(), reader.u16()};
    honest = honest && block.start > previous_end && block.end >= block.start;
    if (honest) sack.gaps.push_back(block);
    previous_end = block.end;
  }
  sack.duplicates.reserve(duplicates);
  for (std::size_t i = 0; i < duplicates; ++i) sack.duplicates.push_back(reader.u32());
  return sack;
}

void write_sack(PacketWriter& out, const SackChunk& sack) {
  out.begin(ChunkType::sack, 0);
  out.body().u32(sack.cumulative_tsn);
  out.body().u32(sack.a_rwnd);
  out.body().u16(static_cast<std::uint16_t>(sack.gaps.size()));
  out.body().u16(static_cast<std::uint16_t>(sack.duplicates.size()));
  for (const GapBlock& block : sack.gaps) {
    out.body().u16(block.start);
    out.body().u16(block.end);
  }
  for (std::uint32_t tsn : sack.duplicates) out.body().u32(tsn);
  out.end();
}

Result<ForwardTsnChunk> parse_forward_tsn(const Chunk& chunk) {
  ByteReader reader(chunk.value);
  ForwardTsnChunk forward;
  forward.new_cumulative_tsn = reader.u32();
  if (!reader.ok() || reader.remaining() % 4 != 0) return fail(ErrorCode::truncated, "FORWARD TSN");
  forward.skipped.reserve(reader.remaining() / 4);
  while (reader.remaining() > 0) {
    std::uint16_t stream = reader.u16();
    forward.skipped.push_back({stream, reader.u16()});
  }
  return forward;
}

void write_forward_tsn(PacketWriter& out, const ForwardTsnChunk& forward) {
  out.begin(ChunkType::forward_tsn, 0);
  out.body().u32(forward.new_cumulative_tsn);
  for (const SkippedStream& skipped : forward.skipped) {
    out.body().u16(skipped.stream);
    out.body().u16(skipped.ssn);
  }
  out.end();
}

Result<std::uint32_t> parse_shutdown(const Chunk& chunk) {
  if (chunk.value.size() != 4) return fail(ErrorCode::invalid, "SHUTDOWN length");
  return load32(chunk.value.data());
}

void write_shutdown(PacketWriter& out, std::uint32_t cumulative_tsn) {
  out.begin(ChunkType::shutdown, 0);
  out.body().u32(cumulative_tsn);
  out.end();
}

void write_error(PacketWriter& out, ChunkType type, std::uint8_t flags, std::uint16_t cause,
                 Bytes info) {
  out.begin(type, flags);
  write_parameter(out.body(), cause, info, false);
  out.end();
}

}  // namespace portico::codec::sctp
