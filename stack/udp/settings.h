// Every limit of UDP and raw sockets. Same form as tcp/settings.h.
#pragma once

#include <span>

#include "base/setting.h"

#define SLUICE_UDP_SETTINGS(D, N, B)                                                                  \
    N(receive_buffer, 212992, 1024, 1073741824,                                                       \
      "octets of memory a socket's unread datagrams may hold (project)")                              \
    N(send_buffer, 212992, 1024, 1073741824, "octets a socket may have waiting to be sent (project)") \
    N(datagrams_max, 8192, 1, 1048576, "datagrams unread at one socket (project)")                    \
    N(failures_max, 64, 1, 65536, "errors unread at one socket (RFC 1122 4.1.3.3)")                   \
    N(sockets_max, 65536, 1, 1048576, "UDP and raw sockets of the whole host (project)")              \
    N(port_first, 32768, 1024, 65535, "first ephemeral port (RFC 6056 3.2)")                          \
    N(port_last, 60999, 1024, 65535, "last ephemeral port (RFC 6056 3.2)")

namespace sluice::udp {

struct Settings {
    SLUICE_UDP_SETTINGS(SLUICE_DURATION_FIELD, SLUICE_NUMBER_FIELD, SLUICE_FLAG_FIELD)
};

std::span<const SettingRow<Settings>> setting_rows();

}  // namespace sluice::udp
