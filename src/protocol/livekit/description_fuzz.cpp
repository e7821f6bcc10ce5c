// Whatever offer reads must get an answer that reads too and mirrors its sections. The first byte
// chooses the plans.
#include "base/bytes.h"
#include "base/check.h"
#include "protocol/livekit/offer_answer.h"

using namespace portico;
using namespace portico::protocol::livekit;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const auto offer = read_description("offer", as_text({data + 1, size - 1}));
  if (!offer) return 0;
  SectionPlan plan{.use = static_cast<SectionPlan::Use>(data[0] % 4),
                   .stream_id = "PA_x|TR_y",
                   .track_id = "TR_y",
                   .cname = "c",
                   .ssrc = Ssrc(1),
                   .rtx_ssrc = Ssrc(2),
                   .feedback = static_cast<Feedback>(data[0] / 4 % 2),
                   .codec = data[0] / 8 % 2 == 0 ? "vp8" : "h264",
                   .stereo = data[0] / 16 % 2 == 0,
                   .red = data[0] / 32 % 2 == 0};
  std::map<std::string, SectionPlan> plans;
  for (const auto& section : offer->sections) plans[section.mid] = plan;
  const LocalTransport local{.ufrag = "abcd", .pwd = "efgh", .fingerprint = "AA:BB"};
  const auto answer = read_description("answer", write_answer(*offer, local, plans, 1, 1));
  // An answer to a huge offer may exceed the reader's own size limit.
  if (!answer && answer.error().code == ErrorCode::limit) return 0;
  PORTICO_CHECK(answer.has_value());
  PORTICO_CHECK(answer->sections.size() == offer->sections.size());
  for (std::size_t i = 0; i < offer->sections.size(); ++i) {
    const RemoteSection &ours = answer->sections[i], &theirs = offer->sections[i];
    PORTICO_CHECK(ours.mid == theirs.mid);
    PORTICO_CHECK(!ours.sends() || ours.rejected || theirs.receives() ||
                  theirs.kind == Kind::application);
    for (const auto& codec : ours.codecs) {
      if (!ours.rejected) PORTICO_CHECK(find_codec(theirs, codec.pt) != nullptr);
    }
  }
  return 0;
}
