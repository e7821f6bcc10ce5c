#include "protocol/sctp/send_queue.h"

#include <algorithm>
#include <utility>

namespace portico::protocol::sctp {

void SendQueue::add(MessagePtr message) {
  Stream& stream = streams_[message->stream];
  if (stream.messages.empty()) turns_.push_back(message->stream);
  stream.bytes += message->payload.size();
  stream.messages.push_back(std::move(message));
}

bool SendQueue::empty(std::uint16_t stream) const {
  if (current_ && current_->stream == stream) return false;
  auto found = streams_.find(stream);
  return found == streams_.end() || found->second.messages.empty();
}

std::size_t SendQueue::buffered(std::uint16_t stream) const {
  auto found = streams_.find(stream);
  return found == streams_.end() ? 0 : found->second.bytes;
}

void SendQueue::expire(Instant now) {
  for (std::size_t turn = 0; turn < turns_.size();) {
    Stream& stream = streams_[turns_[turn]];
    while (!stream.messages.empty() && stream.messages.front()->expires &&
           *stream.messages.front()->expires <= now) {
      stream.bytes -= stream.messages.front()->payload.size();
      released_ += stream.messages.front()->charge();
      ++dropped_messages_;
      stream.messages.pop_front();
    }
    if (stream.messages.empty()) {
      turns_.erase(turns_.begin() + static_cast<std::ptrdiff_t>(turn));
    } else {
      ++turn;
    }
  }
}

void SendQueue::drop_current() {
  if (!current_) return;
  streams_[current_->stream].bytes -= current_->payload.size() - current_->sent;
  current_.reset();
}

bool SendQueue::pick() {
  if (current_) return true;
  if (turns_.empty()) return false;
  std::uint16_t id = turns_.front();
  turns_.pop_front();
  Stream& stream = streams_[id];
  current_ = std::move(stream.messages.front());
  stream.messages.pop_front();
  if (!stream.messages.empty()) turns_.push_back(id);
  if (!current_->unordered) current_->ssn = stream.next_ssn++;
  return true;
}

std::optional<Fragment> SendQueue::take(std::size_t max_payload, std::size_t full_payload) {
  if (max_payload == 0 || empty()) return std::nullopt;
  const MessagePtr& next = current_ ? current_ : streams_[turns_.front()].messages.front();
  std::size_t left = next->payload.size() - next->sent;
  if (left > max_payload && max_payload < full_payload) return std::nullopt;
  if (!pick()) return std::nullopt;
  Fragment fragment{current_, current_->sent, std::min(left, max_payload)};
  current_->sent += fragment.size;
  streams_[current_->stream].bytes -= fragment.size;
  if (current_->sent == current_->payload.size()) current_.reset();
  return fragment;
}

void SendQueue::reset(std::uint16_t stream) {
  auto found = streams_.find(stream);
  if (found != streams_.end()) found->second.next_ssn = 0;
}

void SendQueue::discard(std::uint16_t stream) {
  auto found = streams_.find(stream);
  if (found == streams_.end()) return;
  for (const MessagePtr& message : found->second.messages) {
    released_ += message->charge();
    found->second.bytes -= message->payload.size();
  }
  found->second.messages.clear();
  std::erase(turns_, stream);
}

void SendQueue::restart_sequence_numbers() {
  for (auto& [id, stream] : streams_) stream.next_ssn = 0;
}

void SendQueue::clear() {
  streams_.clear();
  turns_.clear();
  current_.reset();
}

std::size_t SendQueue::take_released() { return std::exchange(released_, 0); }

}  // namespace portico::protocol::sctp
