#include "protocol/sctp/association.h"

#include "protocol/sctp/channels.h"
#include "protocol/sctp/connection.h"

namespace portico::protocol::sctp {

struct Association::Impl {
  Impl(const Config& c, Random& random)
      : config(c), channels(config, connection), connection(config, random, channels) {}

  Config config;
  Channels channels;
  Connection connection;
};

Association::Association(const Config& config, Random& random)
    : impl_(std::make_unique<Impl>(config, random)) {}
Association::~Association() = default;
Association::Association(Association&&) noexcept = default;
Association& Association::operator=(Association&&) noexcept = default;

void Association::start(Instant now) { impl_->connection.start(now); }

void Association::shutdown(Instant now) { impl_->connection.shutdown(now); }

void Association::abort(std::string_view reason, Instant /*now*/) {
  impl_->connection.abort(reason);
}

State Association::state() const { return impl_->connection.state(); }

void Association::receive(Bytes packet, Instant now) { impl_->connection.receive(packet, now); }

std::optional<ByteVector> Association::poll_transmit(Instant now) {
  auto packet = impl_->connection.poll_transmit(now);
  impl_->channels.check_buffered();
  return packet;
}

void Association::timeout(Instant now) { impl_->connection.timeout(now); }

std::optional<Instant> Association::next_deadline() const {
  return impl_->connection.next_deadline();
}

std::optional<Event> Association::poll_event() { return impl_->channels.poll_event(); }

Result<ChannelId> Association::open_channel(std::string_view label, const ChannelOptions& options,
                                            Instant /*now*/) {
  return impl_->channels.open(label, options);
}

Result<void> Association::add_channel(ChannelId id, std::string_view label,
                                      const ChannelOptions& options) {
  return impl_->channels.add(id, label, options);
}

void Association::close_channel(ChannelId id) { impl_->channels.close(id); }

Result<void> Association::send(ChannelId id, Bytes data, bool binary, Instant now) {
  return impl_->channels.send(id, data, binary, now);
}

std::size_t Association::buffered(ChannelId id) const {
  return impl_->connection.queue().buffered(id);
}

std::size_t Association::buffered_total() const { return impl_->connection.charge(); }

void Association::set_buffered_low_threshold(ChannelId id, std::size_t bytes) {
  impl_->channels.set_low_threshold(id, bytes);
}

Stats Association::stats() const { return impl_->connection.stats(); }

}  // namespace portico::protocol::sctp
