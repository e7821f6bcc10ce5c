#pragma once
// Data channels on streams (RFC 8831, 8832): who has which id, opening in-band, closing by stream
// reset, and what a message's payload protocol identifier means.

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "codec/sctp/dcep.h"
#include "protocol/sctp/association.h"
#include "protocol/sctp/connection.h"

namespace portico::protocol::sctp {

class Channels final : public ConnectionListener {
 public:
  static constexpr std::size_t kMaxText = 1024;  // bytes of a label, and of a protocol

  // `connection` must outlive this and may still be under construction.
  Channels(const Config& config, Connection& connection)
      : config_(config), connection_(connection) {}

  Result<ChannelId> open(std::string_view label, const ChannelOptions& options);
  Result<void> add(ChannelId id, std::string_view label, const ChannelOptions& options);
  void close(ChannelId id);
  Result<void> send(ChannelId id, Bytes data, bool binary, Instant now);
  void set_low_threshold(ChannelId id, std::size_t bytes);
  std::optional<Event> poll_event();
  // Messages may have left the queue: BufferedLow events.
  void check_buffered();

  void on_connected() override;
  void on_closed(std::string_view reason) override;
  void on_restarted() override;
  void on_message(IncomingMessage&& message) override;
  void on_incoming_reset(std::span<const std::uint16_t> streams, bool all) override;
  void on_outgoing_reset(std::span<const std::uint16_t> streams) override;
  void on_reset_asked(std::span<const std::uint16_t> streams) override;
  std::size_t undelivered() const override { return undelivered_; }

 private:
  enum class Phase : std::uint8_t {
    opening,  // our OPEN is not acknowledged yet
    open,
    closing,  // at least one direction is to be reset
  };
  struct Channel {
    std::string label;
    ChannelOptions options;
    Phase phase = Phase::open;
    bool outgoing_reset = false;
    bool incoming_reset = false;
    std::size_t low_threshold = 0;
    // The peer saw both resets and opened the id anew before we learnt of ours.
    std::optional<codec::sctp::ChannelOpen> reopened;
  };
  using Table = std::map<ChannelId, Channel>;

  static Result<void> check(std::string_view label, const ChannelOptions& options);
  void on_control(ChannelId id, Bytes message);
  void on_open(ChannelId id, codec::sctp::ChannelOpen&& open);
  void opened(ChannelId id, Channel& channel);
  void reset_or_forget(Table::iterator channel);
  void forget_if_done(Table::iterator channel);
  void forget_all();
  void push(Event event);
  static std::size_t cost(const Event& event);

  const Config& config_;
  Connection& connection_;
  Table table_;  // at most Config::max_channels
  std::deque<Event> events_;
  std::size_t undelivered_ = 0;
  std::set<ChannelId> above_threshold_;
};

}  // namespace portico::protocol::sctp
