#include "protocol/sctp/stream_reset.h"

#include <utility>

#include "protocol/sctp/serial.h"

namespace portico::protocol::sctp {

using codec::sctp::IncomingReset;
using codec::sctp::OtherRequest;
using codec::sctp::OutgoingReset;
using codec::sctp::ReconfigItem;
using codec::sctp::ReconfigResponse;
using codec::sctp::ReconfigResult;

StreamReset::StreamReset(std::uint32_t local_initial_tsn, std::uint32_t remote_initial_tsn)
    : next_request_(local_initial_tsn), expected_request_(remote_initial_tsn) {}

void StreamReset::begin(std::uint32_t last_tsn, std::vector<std::uint16_t> streams) {
  for (std::uint16_t stream : streams) wanted_.erase(stream);
  request_ = OutgoingReset{next_request_++, 0, last_tsn, std::move(streams)};
  send_request_ = true;
  answered_ = false;
}

std::vector<ReconfigItem> StreamReset::take_items(Instant now, Duration rto) {
  std::vector<ReconfigItem> items;
  if (response_) items.push_back(*std::exchange(response_, std::nullopt));
  if (send_request_ && request_) {
    request_->response = expected_request_ - 1;
    items.push_back(*request_);
    timer_.start(now + rto);
  }
  send_request_ = false;
  return items;
}

bool StreamReset::timeout(Instant now) {
  if (!timer_.expire(now)) return false;
  send_request_ = request_.has_value();
  return !std::exchange(answered_, false);
}

StreamReset::Outcome StreamReset::receive(const std::vector<ReconfigItem>& items,
                                          std::int64_t cumulative) {
  Outcome outcome;
  for (const ReconfigItem& item : items) {
    std::visit([&](const auto& each) { on(each, cumulative, outcome); }, item);
  }
  return outcome;
}

void StreamReset::answer(std::uint32_t request, ReconfigResult result) {
  last_response_ = ReconfigResponse{request, result};
  response_ = last_response_;
  expected_request_ = request + 1;
}

bool StreamReset::accept(std::uint32_t request) {
  if (request == expected_request_) return true;
  if (last_response_ && request == last_response_->response) {
    if (last_response_->result == ReconfigResult::in_progress) return true;
    response_ = last_response_;
    return false;
  }
  response_ = ReconfigResponse{request, ReconfigResult::bad_sequence_number};
  return false;
}

void StreamReset::on(const OutgoingReset& reset, std::int64_t cumulative, Outcome& outcome) {
  if (!accept(reset.request)) return;
  if (unwrap32(reset.last_tsn, cumulative) > cumulative) {
    answer(reset.request, ReconfigResult::in_progress);
    return;
  }
  if (reset.streams.empty()) outcome.incoming_reset_all = true;
  outcome.incoming_reset.insert(outcome.incoming_reset.end(), reset.streams.begin(),
                                reset.streams.end());
  answer(reset.request, ReconfigResult::performed);
}

void StreamReset::on(const IncomingReset& reset, std::int64_t /*cumulative*/, Outcome& outcome) {
  if (!accept(reset.request)) return;
  outcome.asked_for.insert(outcome.asked_for.end(), reset.streams.begin(), reset.streams.end());
  answer(reset.request, ReconfigResult::performed);
}

void StreamReset::on(const OtherRequest& request, std::int64_t /*cumulative*/, Outcome&) {
  if (accept(request.request)) answer(request.request, ReconfigResult::denied);
}

void StreamReset::on(const ReconfigResponse& response, std::int64_t /*cumulative*/,
                     Outcome& outcome) {
  if (!request_ || response.response != request_->request) return;
  if (response.result == ReconfigResult::in_progress) {
    answered_ = true;  // asked again when the timer expires
    return;
  }
  // Refused or not, the peer will not do more about it: the stream is closed on our side.
  outcome.outgoing_done = std::move(request_->streams);
  request_.reset();
  send_request_ = false;
  timer_.stop();
}

}  // namespace portico::protocol::sctp
