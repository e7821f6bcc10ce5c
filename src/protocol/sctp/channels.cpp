#include "protocol/sctp/channels.h"

#include <algorithm>
#include <utility>

namespace portico::protocol::sctp {

namespace wire = codec::sctp;

namespace {

// What an event costs besides its bytes.
constexpr std::size_t kEventOverhead = 128;

MessagePtr control_message(ChannelId id, ByteVector payload) {
  auto message = std::make_shared<OutgoingMessage>();
  message->stream = id;
  message->ppid = wire::ppid::kDcep;
  message->payload = std::move(payload);
  return message;
}

wire::ChannelOpen describe(std::string_view label, const ChannelOptions& options) {
  wire::ChannelOpen open;
  open.label = label;
  open.protocol = options.protocol;
  open.ordered = options.ordered;
  if (options.max_retransmits) open.max_retransmits = *options.max_retransmits;
  if (options.max_lifetime) {
    open.max_lifetime_ms = static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(to_ms(*options.max_lifetime), 0, 0xFFFFFFFF));
  }
  open.priority = options.priority;
  return open;
}

ChannelOptions options_of(wire::ChannelOpen& open) {
  ChannelOptions options;
  options.protocol = std::move(open.protocol);
  options.ordered = open.ordered;
  if (open.max_retransmits) {
    options.max_retransmits =
        static_cast<std::uint16_t>(std::min<std::uint32_t>(*open.max_retransmits, 0xFFFF));
  }
  if (open.max_lifetime_ms) {
    options.max_lifetime = std::chrono::milliseconds(*open.max_lifetime_ms);
  }
  options.priority = open.priority;
  return options;
}

}  // namespace

Result<void> Channels::check(std::string_view label, const ChannelOptions& options) {
  if (label.size() > kMaxText || options.protocol.size() > kMaxText) {
    return fail(ErrorCode::limit, "channel label or protocol too long");
  }
  if (options.max_retransmits && options.max_lifetime) {
    return fail(ErrorCode::invalid, "both reliability limits of a channel are set");
  }
  return {};
}

Result<ChannelId> Channels::open(std::string_view label, const ChannelOptions& options) {
  if (auto checked = check(label, options); !checked) return tl::unexpected(checked.error());
  if (connection_.state() == State::shutting_down) {
    return fail(ErrorCode::closed, "the association is shutting down");
  }
  int id = config_.role == Role::server ? 1 : 0;
  while (id < kStreams && table_.contains(static_cast<ChannelId>(id))) id += 2;
  if (id >= kStreams || table_.size() >= config_.max_channels) {
    return fail(ErrorCode::limit, "too many data channels");
  }
  auto channel_id = static_cast<ChannelId>(id);
  if (!connection_.send(
          control_message(channel_id, wire::write_channel_open(describe(label, options))))) {
    return fail(ErrorCode::limit, "send buffer full");
  }
  Channel& channel = table_[channel_id];
  channel.label = label;
  channel.options = options;
  channel.phase = Phase::opening;
  return channel_id;
}

Result<void> Channels::add(ChannelId id, std::string_view label, const ChannelOptions& options) {
  if (auto checked = check(label, options); !checked) return checked;
  if (id >= kStreams) return fail(ErrorCode::invalid, "channel id out of range");
  if (table_.contains(id)) return fail(ErrorCode::conflict, "channel id in use");
  if (table_.size() >= config_.max_channels)
    return fail(ErrorCode::limit, "too many data channels");
  Channel& channel = table_[id];
  channel.label = label;
  channel.options = options;
  return {};
}

Result<void> Channels::send(ChannelId id, Bytes data, bool binary, Instant now) {
  auto found = table_.find(id);
  if (found == table_.end() || found->second.phase == Phase::closing) {
    return fail(ErrorCode::not_found, "no such open data channel");
  }
  if (data.size() > config_.max_message_size) return fail(ErrorCode::limit, "message too large");
  const Channel& channel = found->second;
  auto message = std::make_shared<OutgoingMessage>();
  message->stream = id;
  // "All messages are sent ordered until the DATA_CHANNEL_ACK is received" (RFC 8832 section 6), or
  // they might overtake OPEN.
  message->unordered = !channel.options.ordered && channel.phase == Phase::open;
  if (channel.options.max_retransmits) message->max_retransmits = *channel.options.max_retransmits;
  if (channel.options.max_lifetime) message->expires = now + *channel.options.max_lifetime;
  if (data.empty()) {
    message->ppid = binary ? wire::ppid::kBinaryEmpty : wire::ppid::kStringEmpty;
    message->payload.push_back(0);
  } else {
    message->ppid = binary ? wire::ppid::kBinary : wire::ppid::kString;
    message->payload.assign(data.begin(), data.end());
  }
  if (!connection_.send(std::move(message))) return fail(ErrorCode::limit, "send buffer full");
  if (connection_.queue().buffered(id) > channel.low_threshold) above_threshold_.insert(id);
  return {};
}

void Channels::set_low_threshold(ChannelId id, std::size_t bytes) {
  auto found = table_.find(id);
  if (found == table_.end()) return;
  found->second.low_threshold = bytes;
  if (connection_.queue().buffered(id) > bytes) above_threshold_.insert(id);
}

void Channels::check_buffered() {
  for (auto id = above_threshold_.begin(); id != above_threshold_.end();) {
    auto found = table_.find(*id);
    bool known = found != table_.end();
    if (known && connection_.queue().buffered(*id) > found->second.low_threshold) {
      ++id;
      continue;
    }
    if (known) push(event::BufferedLow{*id});
    id = above_threshold_.erase(id);
  }
}

void Channels::close(ChannelId id) {
  auto found = table_.find(id);
  if (found == table_.end() || found->second.phase == Phase::closing) return;
  reset_or_forget(found);
}

void Channels::reset_or_forget(Table::iterator channel) {
  channel->second.phase = Phase::closing;
  if (connection_.reset_stream(channel->first)) return;
  connection_.discard_stream(channel->first);
  push(event::ChannelClosed{channel->first});
  table_.erase(channel);
}

void Channels::forget_if_done(Table::iterator channel) {
  if (!channel->second.outgoing_reset || !channel->second.incoming_reset) return;
  ChannelId id = channel->first;
  auto reopened = std::move(channel->second.reopened);
  table_.erase(channel);
  push(event::ChannelClosed{id});
  if (reopened) on_open(id, std::move(*reopened));
}

void Channels::forget_all() {
  for (const auto& [id, channel] : table_) push(event::ChannelClosed{id});
  table_.clear();
  above_threshold_.clear();
}

void Channels::on_connected() { push(event::Connected{}); }

void Channels::on_closed(std::string_view reason) {
  forget_all();
  push(event::Closed{std::string(reason)});
}

void Channels::on_restarted() { forget_all(); }

void Channels::on_message(IncomingMessage&& message) {
  ChannelId id = message.stream;
  if (message.ppid == wire::ppid::kDcep) {
    on_control(id, message.data);
    return;
  }
  auto found = table_.find(id);
  if (found == table_.end() || found->second.phase == Phase::closing) return;
  // A peer that answers on the channel has seen our OPEN.
  if (found->second.phase == Phase::opening) opened(id, found->second);
  if (message.oversize) {
    close(id);
    return;
  }
  switch (message.ppid) {
    case wire::ppid::kString:
    case wire::ppid::kBinary:
      push(event::Message{id, message.ppid == wire::ppid::kBinary, std::move(message.data)});
      return;
    case wire::ppid::kStringEmpty:
    case wire::ppid::kBinaryEmpty:
      push(event::Message{id, message.ppid == wire::ppid::kBinaryEmpty, {}});
      return;
    default:  // not a WebRTC message
      return;
  }
}

void Channels::on_control(ChannelId id, Bytes message) {
  if (wire::is_channel_ack(message)) {
    auto found = table_.find(id);
    if (found != table_.end() && found->second.phase == Phase::opening) opened(id, found->second);
    return;
  }
  auto open = wire::parse_channel_open(message);
  if (!open) return;
  auto found = table_.find(id);
  if (found == table_.end()) {
    on_open(id, std::move(*open));
  } else if (found->second.phase == Phase::closing && found->second.incoming_reset) {
    found->second.reopened = std::move(*open);
  }
}

// The parity of the id is not checked: a peer that is wrong about it does no harm as long as the id
// is free.
void Channels::on_open(ChannelId id, wire::ChannelOpen&& open) {
  if (table_.size() >= config_.max_channels || open.label.size() > kMaxText ||
      open.protocol.size() > kMaxText) {
    connection_.reset_stream(id);  // refused (RFC 8832 section 6)
    return;
  }
  Channel& channel = table_[id];
  channel.options = options_of(open);
  channel.label = std::move(open.label);
  connection_.send(control_message(id, wire::write_channel_ack()), true);
  push(event::ChannelOpen{id, channel.label, channel.options, true});
}

void Channels::opened(ChannelId id, Channel& channel) {
  channel.phase = Phase::open;
  push(event::ChannelOpen{id, channel.label, channel.options, false});
}

void Channels::on_incoming_reset(std::span<const std::uint16_t> streams, bool all) {
  std::vector<ChannelId> ids(streams.begin(), streams.end());
  if (all) {
    for (const auto& [id, channel] : table_) ids.push_back(id);
  }
  for (ChannelId id : ids) {
    auto found = table_.find(id);
    if (found == table_.end()) continue;
    found->second.incoming_reset = true;
    if (found->second.phase == Phase::closing) {
      forget_if_done(found);
    } else {
      connection_.discard_stream(id);
      reset_or_forget(found);
    }
  }
}

void Channels::on_outgoing_reset(std::span<const std::uint16_t> streams) {
  for (ChannelId id : streams) {
    auto found = table_.find(id);
    if (found == table_.end()) continue;
    found->second.outgoing_reset = true;
    forget_if_done(found);
  }
}

void Channels::on_reset_asked(std::span<const std::uint16_t> streams) {
  for (ChannelId id : streams) close(id);
}

std::size_t Channels::cost(const Event& event) {
  std::size_t bytes = 0;
  if (const auto* message = std::get_if<event::Message>(&event)) bytes = message->data.size();
  if (const auto* open = std::get_if<event::ChannelOpen>(&event)) {
    bytes = open->label.size() + open->options.protocol.size();
  }
  return bytes + kEventOverhead;
}

void Channels::push(Event event) {
  undelivered_ += cost(event);
  events_.push_back(std::move(event));
}

std::optional<Event> Channels::poll_event() {
  if (events_.empty()) return std::nullopt;
  Event event = std::move(events_.front());
  events_.pop_front();
  undelivered_ -= cost(event);
  if (events_.empty()) connection_.window_opened();
  return event;
}

}  // namespace portico::protocol::sctp
