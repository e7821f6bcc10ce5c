#include "protocol/sctp/reassembly.h"

#include <iterator>
#include <utility>

#include "protocol/sctp/serial.h"

namespace portico::protocol::sctp {

using codec::sctp::DataChunk;

bool Reassembly::same_message(const Run& run, const DataChunk& chunk) {
  return run.stream == chunk.stream && run.unordered == chunk.unordered &&
         (run.unordered || run.ssn == chunk.ssn);
}

void Reassembly::add(std::int64_t tsn, const DataChunk& chunk) {
  Run run;
  run.last = tsn;
  run.begins = chunk.begin;
  run.ends = chunk.end;
  run.unordered = chunk.unordered;
  run.stream = chunk.stream;
  run.ssn = chunk.ssn;
  run.ppid = chunk.ppid;
  run.bytes = chunk.payload.size();
  run.charge = chunk.payload.size() + kOverhead;
  run.pieces.emplace_back(chunk.payload.begin(), chunk.payload.end());
  buffered_ += run.charge;

  auto right = runs_.upper_bound(tsn);
  if (right != runs_.end() && right->first == tsn + 1 && !run.ends && !right->second.begins &&
      same_message(right->second, chunk)) {
    append(run, std::move(right->second));
    right = runs_.erase(right);
  }
  if (right != runs_.begin()) {
    auto left = std::prev(right);
    if (left->second.last == tsn - 1 && !left->second.ends && !run.begins &&
        same_message(left->second, chunk)) {
      append(left->second, std::move(run));
      if (left->second.begins && left->second.ends) {
        Run whole = std::move(left->second);
        runs_.erase(left);
        finish(std::move(whole));
      }
      return;
    }
  }
  limit(run);
  if (run.begins && run.ends) {
    finish(std::move(run));
  } else {
    runs_.emplace_hint(right, tsn, std::move(run));
  }
}

void Reassembly::append(Run& left, Run&& right) {
  left.last = right.last;
  left.ends = right.ends;
  left.bytes += right.bytes;
  left.charge += right.charge;
  left.oversize = left.oversize || right.oversize;
  left.pieces.splice(left.pieces.end(), right.pieces);
  limit(left);
}

// A message beyond the limit keeps its place in the order, but not its bytes.
void Reassembly::limit(Run& run) {
  if (run.bytes > max_message_) run.oversize = true;
  if (!run.oversize) return;
  run.pieces.clear();
  buffered_ -= run.charge - kOverhead;
  run.charge = kOverhead;
}

void Reassembly::finish(Run&& run) {
  Waiting done;
  done.message.stream = run.stream;
  done.message.ppid = run.ppid;
  done.message.oversize = run.oversize;
  if (run.pieces.size() == 1) {
    done.message.data = std::move(run.pieces.front());
  } else if (!run.pieces.empty()) {
    done.message.data.reserve(run.bytes);
    for (const ByteVector& piece : run.pieces) {
      done.message.data.insert(done.message.data.end(), piece.begin(), piece.end());
    }
  }
  done.charge = done.message.data.size() + kOverhead;
  buffered_ -= run.charge;
  buffered_ += done.charge;
  if (run.unordered) {
    deliver(std::move(done));
    return;
  }
  Stream& stream = streams_[run.stream];
  std::int64_t ssn = unwrap16(run.ssn, stream.next_ssn);
  std::size_t charge = done.charge;
  bool fresh = ssn >= stream.next_ssn && stream.waiting.try_emplace(ssn, std::move(done)).second;
  if (!fresh) buffered_ -= charge;
  deliver_in_order(stream);
}

void Reassembly::deliver_in_order(Stream& stream) {
  while (!stream.waiting.empty() && stream.waiting.begin()->first <= stream.next_ssn) {
    auto first = stream.waiting.begin();
    stream.next_ssn = std::max(stream.next_ssn, first->first + 1);
    deliver(std::move(first->second));
    stream.waiting.erase(first);
  }
}

void Reassembly::deliver(Waiting&& waiting) { ready_.push_back(std::move(waiting)); }

Reassembly::Runs::iterator Reassembly::drop(Runs::iterator run) {
  buffered_ -= run->second.charge;
  return runs_.erase(run);
}

void Reassembly::advance(std::int64_t cumulative) {
  for (auto run = runs_.begin(); run != runs_.end() && run->first <= cumulative + 1;) {
    bool no_beginning = !run->second.begins && run->first - 1 <= cumulative;
    bool no_end = !run->second.ends && run->second.last + 1 <= cumulative;
    run = no_beginning || no_end ? drop(run) : std::next(run);
  }
}

void Reassembly::forward(std::int64_t cumulative,
                         std::span<const codec::sctp::SkippedStream> skipped) {
  for (auto run = runs_.begin(); run != runs_.end() && run->first <= cumulative;) run = drop(run);
  for (const auto& skip : skipped) {
    Stream& stream = streams_[skip.stream];
    std::int64_t ssn = unwrap16(skip.ssn, stream.next_ssn);
    if (ssn < stream.next_ssn) continue;
    // Complete messages before the skipped one are still good (RFC 3758 section 3.6).
    while (!stream.waiting.empty() && stream.waiting.begin()->first <= ssn) {
      deliver(std::move(stream.waiting.begin()->second));
      stream.waiting.erase(stream.waiting.begin());
    }
    stream.next_ssn = ssn + 1;
    deliver_in_order(stream);
  }
  advance(cumulative);
}

void Reassembly::reset(std::span<const std::uint16_t> streams) {
  auto forget = [this](Stream& stream) {
    for (auto& [ssn, waiting] : stream.waiting) buffered_ -= waiting.charge;
  };
  if (streams.empty()) {
    for (auto& [id, stream] : streams_) forget(stream);
    streams_.clear();
    return;
  }
  for (std::uint16_t id : streams) {
    auto found = streams_.find(id);
    if (found == streams_.end()) continue;
    forget(found->second);
    streams_.erase(found);
  }
}

std::optional<IncomingMessage> Reassembly::next() {
  if (ready_.empty()) return std::nullopt;
  Waiting first = std::move(ready_.front());
  ready_.pop_front();
  buffered_ -= first.charge;
  return std::move(first.message);
}

}  // namespace portico::protocol::sctp
