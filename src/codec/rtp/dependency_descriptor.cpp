#include "codec/rtp/dependency_descriptor.h"

namespace portico::codec::rtp {

std::optional<DependencyDescriptor> parse_dependency_descriptor(Bytes element) {
  if (element.size() < 3) return std::nullopt;
  DependencyDescriptor d;
  d.frame_start = (element[0] & 0x80) != 0;
  d.frame_end = (element[0] & 0x40) != 0;
  d.template_id = element[0] & 0x3F;
  d.frame_number = load16(element.data() + 1);
  d.has_structure = element.size() > 3 && (element[3] & 0x80) != 0;
  return d;
}

void rewrite_frame_number(MutableBytes element, std::uint16_t frame_number) {
  if (element.size() >= 3) store16(element.data() + 1, frame_number);
}

}  // namespace portico::codec::rtp
