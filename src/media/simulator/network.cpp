#include "media/simulator/network.h"

namespace portico::media::simulator {

bool Network::chance(double probability) {
  return probability > 0 &&
         random_.below(1'000'000) < static_cast<std::uint32_t>(probability * 1'000'000);
}

void Network::cut(const SocketAddress& address, bool off) { cut_[address] = off; }

void Network::send(const SocketAddress& from, const SocketAddress& to, Bytes data, Instant now) {
  auto is_cut = [&](const SocketAddress& address) {
    auto found = cut_.find(address);
    return found != cut_.end() && found->second;
  };
  if (is_cut(from) || is_cut(to) || chance(model_.loss)) {
    ++lost_;
    return;
  }
  int copies = chance(model_.duplication) ? 2 : 1;
  for (int k = 0; k < copies; ++k) {
    Duration jitter{0};
    if (model_.jitter > Duration{0}) {
      jitter = Duration(random_.below(static_cast<std::uint32_t>(model_.jitter / 1us)) * 1000LL);
    }
    queue_.emplace(now + model_.delay + jitter,
                   Delivery{from, to, ByteVector(data.begin(), data.end())});
  }
}

std::optional<Delivery> Network::poll(Instant now) {
  if (queue_.empty() || queue_.begin()->first > now) return std::nullopt;
  Delivery next = std::move(queue_.begin()->second);
  queue_.erase(queue_.begin());
  return next;
}

}  // namespace portico::media::simulator
