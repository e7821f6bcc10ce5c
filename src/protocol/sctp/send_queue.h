#pragma once
// Messages that wait to be cut into DATA chunks. Streams take turns by message: without
// interleaving (RFC 8260, which we do not offer) the fragments of one message must have consecutive
// TSNs, so a message that was begun is finished first.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>

#include "base/bytes.h"
#include "base/time.h"

namespace portico::protocol::sctp {

struct OutgoingMessage {
  // What a message costs besides its payload, so that tiny ones are bounded too.
  static constexpr std::size_t kOverhead = 256;

  std::uint16_t stream = 0;
  std::uint32_t ppid = 0;
  bool unordered = false;
  std::optional<std::uint32_t> max_retransmits;
  std::optional<Instant> expires;
  ByteVector payload;  // never empty

  // Set while sending.
  std::uint16_t ssn = 0;  // ordered: assigned with the first fragment
  std::size_t sent = 0;   // bytes of `payload` that were cut off so far
  bool abandoned = false;

  std::size_t charge() const { return payload.size() + kOverhead; }
};
using MessagePtr = std::shared_ptr<OutgoingMessage>;

struct Fragment {
  MessagePtr message;
  std::size_t offset = 0;
  std::size_t size = 0;
  bool begin() const { return offset == 0; }
  bool end() const { return offset + size == message->payload.size(); }
  Bytes bytes() const { return Bytes(message->payload).subspan(offset, size); }
};

class SendQueue {
 public:
  void add(MessagePtr message);

  bool empty() const { return !current_ && turns_.empty(); }
  bool empty(std::uint16_t stream) const;
  // Payload bytes that were not cut off yet.
  std::size_t buffered(std::uint16_t stream) const;

  // Drops whole messages at the head of the queue that are too old to be begun.
  void expire(Instant now);
  // The message of which some but not all fragments were taken.
  const MessagePtr& current() const { return current_; }
  // The rest of the current message is not wanted any more.
  void drop_current();
  // Takes the next fragment of at most `max_payload` bytes; empty also if only a needlessly small
  // piece would fit, where `full_payload` is what fits into a packet of its own.
  std::optional<Fragment> take(std::size_t max_payload, std::size_t full_payload);

  // Sequence numbers of the stream start again.
  void reset(std::uint16_t stream);
  // Forgets the stream's messages that were not begun.
  void discard(std::uint16_t stream);
  void restart_sequence_numbers();
  void clear();

  // Charges of messages dropped here since the last call; and how many there were.
  std::size_t take_released();
  std::uint64_t dropped_messages() const { return dropped_messages_; }

 private:
  struct Stream {
    std::deque<MessagePtr> messages;
    std::size_t bytes = 0;
    std::uint16_t next_ssn = 0;
  };
  bool pick();

  std::unordered_map<std::uint16_t, Stream>
      streams_;                      // bounded by the number of channels ever used, at most 1024
  std::deque<std::uint16_t> turns_;  // streams with messages that were not begun
  MessagePtr current_;
  std::size_t released_ = 0;
  std::uint64_t dropped_messages_ = 0;
};

}  // namespace portico::protocol::sctp
