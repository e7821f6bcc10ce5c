#pragma once
// Packet types and formats (IANA "RTP Parameters"), shared by parser and writer.

#include <cstdint>

namespace portico::codec::rtcp {

inline constexpr std::uint8_t kSenderReport = 200;
inline constexpr std::uint8_t kReceiverReport = 201;
inline constexpr std::uint8_t kSourceDescription = 202;
inline constexpr std::uint8_t kBye = 203;
inline constexpr std::uint8_t kTransportFeedback = 205;
inline constexpr std::uint8_t kPayloadFeedback = 206;
inline constexpr std::uint8_t kExtendedReport = 207;

inline constexpr std::uint8_t kFormatNack = 1;          // of 205
inline constexpr std::uint8_t kFormatTransportCc = 15;  // of 205
inline constexpr std::uint8_t kFormatPli = 1;           // of 206
inline constexpr std::uint8_t kFormatFir = 4;           // of 206
inline constexpr std::uint8_t kFormatApplication = 15;  // of 206, REMB

inline constexpr std::uint8_t kSdesCname = 1;
inline constexpr std::uint8_t kXrReferenceTime = 4;
inline constexpr std::uint8_t kXrDlrr = 5;

}  // namespace portico::codec::rtcp
