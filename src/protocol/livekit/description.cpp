#include "protocol/livekit/description.h"

#include <algorithm>
#include <set>

#include "codec/sdp/attributes.h"
#include "codec/sdp/sdp.h"
#include "codec/sdp/text.h"
#include "protocol/livekit/read_section.h"

namespace portico::protocol::livekit {
namespace {

namespace sdp = codec::sdp;

constexpr std::size_t kMaxIceCredential = 256;  // RFC 8839 5.4

std::optional<DescriptionType> parse_type(std::string_view type) {
  if (type == "offer") return DescriptionType::offer;
  if (type == "answer") return DescriptionType::answer;
  if (type == "pranswer") return DescriptionType::pranswer;
  return std::nullopt;
}

// ALPHA / DIGIT / "+" / "/" of RFC 8839, and the "-", "_", "=" that implementations use.
bool is_ice_text(std::string_view text) {
  return !text.empty() && text.size() <= kMaxIceCredential && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/' || c == '-' || c == '_' || c == '=';
  });
}

// Sets `rejected` where the section lies outside the one transport that we offer (RFC 8843): port 0
// without bundle-only, not in the BUNDLE group, or behind the first section when there is no group.
void reject_outside_bundle(const sdp::Session& session, RemoteDescription& out) {
  for (std::size_t i = 0; i < out.sections.size(); ++i) {
    RemoteSection& section = out.sections[i];
    const sdp::Media& media = session.media[i];
    const bool bundle_only =
        out.type == DescriptionType::offer && media.attributes.has("bundle-only");
    const bool outside = out.bundle.empty()
                             ? i != 0
                             : std::ranges::find(out.bundle, section.mid) == out.bundle.end();
    if ((media.port == 0 && !bundle_only) || outside) section.rejected = true;
  }
}

void read_bundle(const sdp::Session& session, RemoteDescription& out) {
  for (std::string_view group : session.attributes.all("group")) {
    if (sdp::next_token(group) != "BUNDLE") continue;
    for (const std::string_view mid : sdp::split(group)) {
      if (out.bundle.size() < kMaxSections) out.bundle.emplace_back(mid);
    }
    return;
  }
}

std::string_view section_or_session(const sdp::Session& session, const sdp::Media& media,
                                    std::string_view name) {
  const std::string_view own = media.attributes.first(name);
  return own.empty() ? session.attributes.first(name) : own;
}

std::optional<sdp::Fingerprint> choose_fingerprint(const sdp::Attributes& attributes) {
  std::optional<sdp::Fingerprint> chosen;
  for (const std::string_view value : attributes.all("fingerprint")) {
    auto parsed = sdp::parse_fingerprint(value);
    if (!parsed) continue;
    if (parsed->hash == "sha-256") return parsed;
    if (!chosen) chosen = std::move(parsed);
  }
  return chosen;
}

Result<void> read_setup(std::string_view value, RemoteDescription& out) {
  if (value == "actpass" || value.empty()) {
    out.setup = Setup::actpass;
  } else if (value == "active") {
    out.setup = Setup::active;
  } else if (value == "passive") {
    out.setup = Setup::passive;
  } else {
    return fail(ErrorCode::invalid, "a=setup has an unknown role");
  }
  return {};
}

// From the BUNDLE-tagged section.
Result<void> read_transport(const sdp::Session& session, const sdp::Media& tagged,
                            RemoteDescription& out) {
  out.ufrag = section_or_session(session, tagged, "ice-ufrag");
  out.pwd = section_or_session(session, tagged, "ice-pwd");
  if (!is_ice_text(out.ufrag) || !is_ice_text(out.pwd)) {
    return fail(ErrorCode::invalid, "no usable a=ice-ufrag and a=ice-pwd");
  }
  auto fingerprint = choose_fingerprint(tagged.attributes);
  if (!fingerprint) fingerprint = choose_fingerprint(session.attributes);
  if (!fingerprint) return fail(ErrorCode::invalid, "no usable a=fingerprint");
  out.fingerprint_hash = std::move(fingerprint->hash);
  out.fingerprint = std::move(fingerprint->value);
  const auto options = sdp::split(section_or_session(session, tagged, "ice-options"));
  out.trickle = std::ranges::find(options, "trickle") != options.end();
  return read_setup(section_or_session(session, tagged, "setup"), out);
}

void read_candidates(const sdp::Attributes& attributes, RemoteDescription& out) {
  out.end_of_candidates = out.end_of_candidates || attributes.has("end-of-candidates");
  for (const std::string_view value : attributes.all("candidate")) {
    std::string line = "candidate:" + std::string(value);
    if (out.candidates.size() == kMaxCandidates) return;
    if (std::ranges::find(out.candidates, line) == out.candidates.end()) {
      out.candidates.push_back(std::move(line));
    }
  }
}

Result<void> read_sections(const sdp::Session& session, RemoteDescription& out) {
  std::set<std::string, std::less<>> mids;
  for (std::size_t i = 0; i < session.media.size(); ++i) {
    auto section = read_section(session, session.media[i]);
    if (!section) {
      return fail(section.error().code,
                  "section " + std::to_string(i) + ": " + section.error().message);
    }
    if (!mids.insert(section->mid).second) {
      return fail(ErrorCode::invalid, "section " + std::to_string(i) + ": mid occurs twice");
    }
    out.sections.push_back(std::move(*section));
  }
  return {};
}

}  // namespace

const RemoteSection* RemoteDescription::section(std::string_view mid) const {
  const auto found = std::ranges::find(sections, mid, &RemoteSection::mid);
  return found == sections.end() ? nullptr : &*found;
}

Result<RemoteDescription> read_description(std::string_view type, std::string_view text) {
  const auto parsed_type = parse_type(type);
  if (!parsed_type) return fail(ErrorCode::unsupported, "description type is not offer or answer");
  PORTICO_TRY(session, sdp::parse(text));
  RemoteDescription out;
  out.type = *parsed_type;
  out.ice_lite = session.attributes.has("ice-lite");
  if (auto read = read_sections(session, out); !read) {
    return tl::unexpected(std::move(read).error());
  }
  read_bundle(session, out);
  reject_outside_bundle(session, out);

  const auto tagged = std::ranges::find(out.sections, false, &RemoteSection::rejected);
  if (tagged == out.sections.end()) return out;  // nothing to transport
  const auto index = static_cast<std::size_t>(tagged - out.sections.begin());
  if (auto read = read_transport(session, session.media[index], out); !read) {
    return tl::unexpected(std::move(read).error());
  }
  read_candidates(session.attributes, out);
  for (std::size_t i = 0; i < out.sections.size(); ++i) {
    if (!out.sections[i].rejected) read_candidates(session.media[i].attributes, out);
  }
  return out;
}

}  // namespace portico::protocol::livekit
