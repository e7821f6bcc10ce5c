// The query parameter of /rtc/v1.

#include <zlib.h>

#include "codec/base64/base64.h"
#include "codec/livekit/wire_types.h"
#include "livekit_signal_request.pb.h"

namespace portico::codec::livekit {
namespace {

constexpr int kGzipWindow = 15 + 16;  // zlib: largest window, gzip wrapper

// Owns the state of one zlib stream.
class Inflater {
 public:
  Inflater() { ok_ = inflateInit2(&stream_, kGzipWindow) == Z_OK; }
  ~Inflater() {
    if (ok_) inflateEnd(&stream_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  Result<ByteVector> run(Bytes input, std::size_t limit) {
    if (!ok_) return fail(ErrorCode::internal, "zlib refused to start");
    stream_.next_in = const_cast<Bytef*>(input.data());
    stream_.avail_in = static_cast<uInt>(input.size());
    ByteVector out;
    std::size_t used = 0;
    while (true) {
      if (used == out.size()) {
        if (used > limit) return fail(ErrorCode::limit, "join_request inflates beyond 1 MiB");
        out.resize(std::min(limit + 1, std::max<std::size_t>(4096, out.size() * 2)));
      }
      stream_.next_out = out.data() + used;
      stream_.avail_out = static_cast<uInt>(out.size() - used);
      const int status = inflate(&stream_, Z_NO_FLUSH);
      used = out.size() - stream_.avail_out;
      if (status == Z_STREAM_END) break;
      if (status != Z_OK || (stream_.avail_in == 0 && stream_.avail_out != 0)) {
        return fail(ErrorCode::invalid, "join_request is not gzip");
      }
    }
    if (used > limit) return fail(ErrorCode::limit, "join_request inflates beyond 1 MiB");
    out.resize(used);
    return out;
  }

 private:
  z_stream stream_{};
  bool ok_ = false;
};

std::string gzip(std::string_view input) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, 8,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    return {};
  }
  std::string out(deflateBound(&stream, static_cast<uLong>(input.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const bool ok = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  out.resize(ok ? stream.total_out : 0);
  deflateEnd(&stream);
  return out;
}

}  // namespace

Result<JoinRequest> parse_join_request(std::string_view base64url) {
  if (base64url.size() > kMaxJoinRequest * 2) {
    return fail(ErrorCode::limit, "join_request is larger than 2 MiB");
  }
  PORTICO_TRY(bytes, base64::decode(base64url, base64::Alphabet::url, base64::Padding::optional));
  ::livekit::WrappedJoinRequest wrapped;
  if (auto parsed = parse_wire(bytes, Framing::binary, wrapped); !parsed) {
    return tl::unexpected(std::move(parsed).error());
  }
  const Bytes inner = as_bytes(wrapped.join_request());
  switch (wrapped.compression()) {
    case ::livekit::WrappedJoinRequest::NONE:
      if (inner.size() > kMaxJoinRequest) {
        return fail(ErrorCode::limit, "join_request is larger than 1 MiB");
      }
      return parse_message<JoinRequest>(inner, Framing::binary);
    case ::livekit::WrappedJoinRequest::GZIP: {
      Inflater inflater;
      PORTICO_TRY(inflated, inflater.run(inner, kMaxJoinRequest));
      return parse_message<JoinRequest>(inflated, Framing::binary);
    }
    default:
      return fail(ErrorCode::invalid, "join_request has an unknown compression");
  }
}

std::string encode_join_request(const JoinRequest& request) {
  ::livekit::WrappedJoinRequest wrapped;
  wrapped.set_compression(::livekit::WrappedJoinRequest::GZIP);
  wrapped.set_join_request(gzip(serialise(request, Framing::binary)));
  return base64::encode_url(as_bytes(wrapped.SerializeAsString()));
}

}  // namespace portico::codec::livekit
