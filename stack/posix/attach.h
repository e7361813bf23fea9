// One call from a device to sockets: makes the clock, the Stack, the loop and the Host, waits until the address may be used,
// and makes the Host the process's own.
//
//   auto network = posix::attach(std::move(tap), {.address = {wire::Address::v4(192, 0, 2, 2), 24}});
//   if (!network) complain(network.error());
//   int s = posix::socket(AF_INET, SOCK_STREAM, 0);
//
// For more than one device or address, put the parts together yourself: host.h.
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "host/clock.h"
#include "host/device.h"
#include "host/loop.h"
#include "posix/host.h"

namespace sluice::posix {

struct AttachOptions {
    wire::Prefix address;
    std::optional<wire::Address> gateway;
    std::optional<wire::MacAddress> mac;  // else made from the address: 02:00 and its octets
    StackConfig stack;                    // its seed is replaced by the system's entropy unless keep_seed
    bool keep_seed = false;
    Duration finish = 5s;  // how long the end waits for what was written to be delivered
    // Makes what watches the Stack and its loop, such as logs: before the first frame. It goes after the last.
    std::function<std::shared_ptr<void>(Stack&, host::Loop&, const host::Clock&)> make_watcher;
};

class Attachment {
public:
    Attachment(std::unique_ptr<host::Device> device, const AttachOptions& options);
    // Waits for what sockets still owe, at most options.finish, then takes the Stack down.
    ~Attachment();
    Attachment(const Attachment&) = delete;
    Attachment& operator=(const Attachment&) = delete;

    Host& host() { return *host_; }
    const host::Clock& clock() const { return clock_; }

private:
    friend std::expected<std::unique_ptr<Attachment>, std::string> attach(
        std::unique_ptr<host::Device> device, const AttachOptions& options);
    std::optional<std::string> await_address();

    AttachOptions options_;
    host::Clock clock_;
    std::unique_ptr<host::Device> device_;
    Stack stack_;
    host::Loop loop_;
    std::shared_ptr<void> watcher_;
    std::optional<Host> host_;  // made when the address is usable
};

// Or one line that says why not: the address is taken (RFC 5227), the device failed. Blocks for the probes.
std::expected<std::unique_ptr<Attachment>, std::string> attach(std::unique_ptr<host::Device> device,
                                                               const AttachOptions& options);

}  // namespace sluice::posix
