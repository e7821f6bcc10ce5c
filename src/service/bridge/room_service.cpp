#include "service/bridge/room_service.h"

#include "io/runtime/loop.h"
#include "service/bridge/bridge.h"

namespace portico::service::bridge {

namespace lk = codec::livekit;
namespace http = io::http;
using io::runtime::Task;
using protocol::livekit::Grants;

namespace {

constexpr std::string_view kPrefix = "/twirp/livekit.RoomService/";

// Twirp's code and HTTP status of an error (livekit-protocol 5.1).
http::Response failure(const Error& error) {
  switch (error.code) {
    case ErrorCode::not_found:
      return http::Response::error(404, "not_found", error.message);
    case ErrorCode::conflict:
      return http::Response::error(412, "failed_precondition", error.message);
    case ErrorCode::limit:
      return http::Response::error(429, "resource_exhausted", error.message);
    case ErrorCode::denied:
    case ErrorCode::unauthenticated:
      return http::Response::error(401, "unauthenticated", error.message);
    case ErrorCode::unsupported:
      return http::Response::error(501, "unimplemented", error.message);
    case ErrorCode::invalid:
      return http::Response::error(400, "invalid_argument", error.message);
    default:
      return http::Response::error(500, "internal", error.message);
  }
}

struct Call {
  http::Request request;
  lk::Framing framing = lk::Framing::json;
  Grants grants;
};

template <class Message>
http::Response success(const Call& call, const Message& message) {
  http::Response response;
  response.body = lk::serialise_api(message, call.framing);
  response.headers.set("Content-Type", call.framing == lk::Framing::json ? "application/json"
                                                                         : "application/protobuf");
  return response;
}

bool administers(const Call& call, const std::string& room) {
  return call.grants.grants().room_admin && call.grants.grants().room == room;
}

http::Response denied() {
  return http::Response::error(401, "unauthenticated", "permissions denied");
}

template <class Message>
tl::expected<Message, http::Response> parse(const Call& call) {
  auto message = lk::parse_message<Message>(as_bytes(call.request.body), call.framing);
  if (message) return std::move(*message);
  return tl::unexpected(http::Response::error(
      400, "malformed", "the body is not this method's request: " + message.error().message));
}

// A method that concerns one room and needs roomAdmin for it. `work(engine, request, now)` gives
// Result<Answer>.
template <class Request, class Answer, class Work>
Task<http::Response> room_method(Bridge& bridge, Call call, Work work) {
  auto request = parse<Request>(call);
  if (!request) co_return request.error();
  std::string room = request->room;
  if (!administers(call, room)) co_return denied();
  auto shared = std::make_shared<Request>(std::move(*request));  // crosses to the worker
  auto job = [shared, work](room::Engine& engine, Instant now) -> Result<Answer> {
    return work(engine, *shared, now);
  };
  auto answer = co_await bridge.on_worker(room, std::move(job));
  if (!answer) co_return failure(answer.error());
  co_return success(call, *answer);
}

template <class Answer>
Result<Answer> or_error(Result<void> result) {
  if (!result) return tl::unexpected(result.error());
  return Answer{};
}

Task<http::Response> create_room(Bridge& bridge, Call call) {
  auto request = parse<lk::CreateRoomRequest>(call);
  if (!request) co_return request.error();
  if (!call.grants.grants().room_create) co_return denied();
  auto shared = std::make_shared<lk::CreateRoomRequest>(std::move(*request));
  auto job = [shared](room::Engine& engine, Instant now) {
    return engine.create_room(*shared, now);
  };
  auto answer = co_await bridge.on_worker(shared->name, std::move(job));
  if (!answer) co_return failure(answer.error());
  co_return success(call, *answer);
}

Task<http::Response> delete_room(Bridge& bridge, Call call) {
  auto request = parse<lk::DeleteRoomRequest>(call);
  if (!request) co_return request.error();
  if (!call.grants.grants().room_create) co_return denied();
  std::string name = request->room;
  auto job = [name](room::Engine& engine, Instant now) { return engine.delete_room(name, now); };
  auto answer = co_await bridge.on_worker(name, std::move(job));
  if (!answer) co_return failure(answer.error());
  co_return success(call, lk::DeleteRoomResponse{});
}

Task<http::Response> list_rooms(Bridge& bridge, Call call) {
  auto request = parse<lk::ListRoomsRequest>(call);
  if (!request) co_return request.error();
  if (!call.grants.grants().room_list) co_return denied();
  auto shared = std::make_shared<lk::ListRoomsRequest>(std::move(*request));
  lk::ListRoomsResponse all;
  for (auto& worker : bridge.workers()) {
    auto job = [shared](room::Engine& engine, Instant) { return engine.list_rooms(*shared); };
    auto part = co_await bridge.on_worker(*worker, std::move(job));
    all.rooms.insert(all.rooms.end(), part.rooms.begin(), part.rooms.end());
  }
  co_return success(call, all);
}

Task<http::Response> dispatch(Bridge& bridge, std::string method, Call call) {
  using room::Engine;
  if (method == "CreateRoom") return create_room(bridge, std::move(call));
  if (method == "DeleteRoom") return delete_room(bridge, std::move(call));
  if (method == "ListRooms") return list_rooms(bridge, std::move(call));
  if (method == "ListParticipants") {
    return room_method<lk::ListParticipantsRequest, lk::ListParticipantsResponse>(
        bridge, std::move(call),
        [](Engine& e, const auto& r, Instant) { return e.list_participants(r.room); });
  }
  if (method == "GetParticipant") {
    return room_method<lk::RoomParticipantIdentity, lk::ParticipantInfo>(
        bridge, std::move(call),
        [](Engine& e, const auto& r, Instant) { return e.get_participant(r.room, r.identity); });
  }
  if (method == "RemoveParticipant") {
    return room_method<lk::RoomParticipantIdentity, lk::RemoveParticipantResponse>(
        bridge, std::move(call), [](Engine& e, const auto& r, Instant now) {
          return or_error<lk::RemoveParticipantResponse>(
              e.remove_participant(r.room, r.identity, now));
        });
  }
  if (method == "MutePublishedTrack") {
    return room_method<lk::MuteRoomTrackRequest, lk::MuteRoomTrackResponse>(
        bridge, std::move(call),
        [](Engine& e, const auto& r, Instant now) -> Result<lk::MuteRoomTrackResponse> {
          auto info = e.mute_published_track(r, now);
          if (!info) return tl::unexpected(info.error());
          return lk::MuteRoomTrackResponse{std::move(*info)};
        });
  }
  if (method == "UpdateParticipant") {
    return room_method<lk::UpdateParticipantRequest, lk::ParticipantInfo>(
        bridge, std::move(call),
        [](Engine& e, const auto& r, Instant now) { return e.update_participant(r, now); });
  }
  if (method == "UpdateSubscriptions") {
    return room_method<lk::UpdateSubscriptionsRequest, lk::UpdateSubscriptionsResponse>(
        bridge, std::move(call), [](Engine& e, const auto& r, Instant now) {
          return or_error<lk::UpdateSubscriptionsResponse>(e.update_subscriptions(r, now));
        });
  }
  if (method == "SendData") {
    return room_method<lk::SendDataRequest, lk::SendDataResponse>(
        bridge, std::move(call), [](Engine& e, const auto& r, Instant now) {
          return or_error<lk::SendDataResponse>(e.send_data(r, now));
        });
  }
  return room_method<lk::UpdateRoomMetadataRequest, lk::Room>(
      bridge, std::move(call),
      [](Engine& e, const auto& r, Instant now) { return e.update_room_metadata(r, now); });
}

bool known(std::string_view method) {
  for (std::string_view name :
       {"CreateRoom", "DeleteRoom", "ListRooms", "ListParticipants", "GetParticipant",
        "RemoveParticipant", "MutePublishedTrack", "UpdateParticipant", "UpdateSubscriptions",
        "SendData", "UpdateRoomMetadata"}) {
    if (name == method) return true;
  }
  return false;
}

Task<http::Response> answer(http::Response response) { co_return response; }

Task<http::Response> handle(Bridge& bridge, http::Request request) {
  std::string method =
      request.path.size() > kPrefix.size() ? request.path.substr(kPrefix.size()) : std::string();
  if (request.method != "POST" || !known(method)) {
    return answer(http::Response::error(404, "bad_route",
                                        "no such method: " + request.method + " " + request.path));
  }
  Call call;
  std::string_view type = request.headers.get("Content-Type");
  if (type.starts_with("application/protobuf")) {
    call.framing = lk::Framing::binary;
  } else if (!type.starts_with("application/json")) {
    return answer(http::Response::error(
        404, "bad_route", "Content-Type must be application/json or application/protobuf"));
  }
  auto grants = protocol::livekit::verify_token(request.bearer(), bridge.key_lookup(),
                                                io::runtime::wall_clock());
  if (!grants)
    return answer(
        http::Response::error(401, "unauthenticated", "invalid token: " + grants.error().message));
  call.grants = std::move(*grants);
  call.request = std::move(request);
  return dispatch(bridge, std::move(method), std::move(call));
}

}  // namespace

void add_room_service(http::Router& router, Bridge& bridge) {
  http::RouteOptions options;
  options.cors = true;
  router.add_prefix(
      "*", kPrefix, [&bridge](http::Request request) { return handle(bridge, std::move(request)); },
      options);
}

}  // namespace portico::service::bridge
