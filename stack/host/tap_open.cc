// Opening a TAP: what the kernel is asked, in order, and what each refusal means to the person who started us.
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "host/offload_header.h"
#include "host/tap.h"

namespace sluice::host {
namespace {

constexpr std::uint32_t ethernet_and_tag = 18;  // header with one VLAN tag
constexpr std::uint32_t packet_max = 65535;     // octets of an IP packet, also of a super-segment
constexpr std::uint32_t mtu_least = 68;         // RFC 791 3.2
constexpr std::uint32_t mtu_default = 1500;

using Failed = std::unexpected<std::string>;

ifreq request_for(const std::string& name) {
    ifreq request{};
    std::copy_n(name.data(), std::min(name.size(), sizeof request.ifr_name - 1), request.ifr_name);
    return request;
}

std::string error_text(int number) { return std::string(strerrordesc_np(number)); }

}  // namespace

bool is_interface_name(std::string_view name) {
    if (name.empty() || name.size() >= IFNAMSIZ || name == "." || name == "..") return false;
    return std::ranges::all_of(
        name, [](char c) { return c > ' ' && c < 0x7f && c != '/' && c != ':' && c != '%'; });
}

// Builds one Tap, step by step; the first step that fails explains itself.
class TapOpening {
public:
    explicit TapOpening(const TapOptions& options) : options_(options), tap_(new Tap) {}

    std::expected<std::unique_ptr<Tap>, std::string> run() {
        using Step = std::expected<void, std::string> (TapOpening::*)();
        const Step get = options_.descriptor >= 0 ? &TapOpening::take_descriptor : &TapOpening::open_by_name;
        for (const Step step :
             {get, &TapOpening::agree_header, &TapOpening::agree_mtu, &TapOpening::bring_up})
            if (auto done = (this->*step)(); !done) return Failed(done.error());
        return std::move(tap_);
    }

private:
    std::expected<void, std::string> take_descriptor() {
        const int number = options_.descriptor;
        ifreq request{};
        if (ioctl(number, TUNGETIFF, &request) != 0)
            return Failed(fmt::format("descriptor {} is not an open TAP ({})", number, error_text(errno)));
        tap_->descriptor_ = Descriptor(number);
        tap_->name_ = request.ifr_name;
        flags_ = request.ifr_flags;
        if ((flags_ & IFF_TAP) == 0 || (flags_ & IFF_NO_PI) == 0)
            return Failed(
                fmt::format("descriptor {} must be a TAP opened with IFF_TAP and IFF_NO_PI", number));
        const int status = fcntl(number, F_GETFL);
        if (status < 0 || fcntl(number, F_SETFL, status | O_NONBLOCK) != 0)
            return Failed(fmt::format("descriptor {}: {}", number, error_text(errno)));
        fcntl(number, F_SETFD, FD_CLOEXEC);
        return {};
    }

    std::expected<void, std::string> open_by_name() {
        if (!is_interface_name(options_.name))
            return Failed(fmt::format(
                "'{}' cannot be an interface's name (1 to 15 characters, no / : % or space)", options_.name));
        const bool exists = if_nametoindex(options_.name.c_str()) != 0;
        if (!exists && !options_.may_create) return Failed(explain(ENODEV, exists));
        tap_->descriptor_ = Descriptor(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
        if (!tap_->descriptor_) return Failed(explain_tun(errno));
        ifreq request = request_for(options_.name);
        flags_ = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
        request.ifr_flags = static_cast<short>(flags_);
        if (ioctl(fd(), TUNSETIFF, &request) != 0) return Failed(explain(errno, exists));
        tap_->name_ = request.ifr_name;
        tap_->is_created_ = !exists;
        return {};
    }

    static std::string explain_tun(int error) {
        if (error == ENOENT || error == ENODEV || error == ENXIO)
            return "no /dev/net/tun; load the module with: modprobe tun (in a container: --device "
                   "/dev/net/tun)";
        return fmt::format("cannot open /dev/net/tun ({}); allow it with: sudo chmod 666 /dev/net/tun",
                           error_text(error));
    }

    std::string explain(int error, bool exists) const {
        const std::string& name = options_.name;
        const std::string make = fmt::format("sudo ip tuntap add dev {} mode tap user $USER", name);
        if (!exists && (error == EPERM || error == EACCES))
            return fmt::format("no TAP {}, and no permission to create it; make it with: {}", name, make);
        if (!exists && error == ENODEV) return fmt::format("no TAP {}; make it with: {}", name, make);
        if (error == EPERM || error == EACCES)
            return fmt::format(
                "TAP {} belongs to another user; run as that user or as root, or make your own with --tap",
                name);
        if (error == EBUSY)
            return fmt::format("TAP {} is in use by another program; stop that or choose another with --tap",
                               name);
        if (error == EINVAL && exists)
            return fmt::format("{} is not a TAP (or one with several queues); choose another name with --tap",
                               name);
        return fmt::format("cannot open TAP {}: {}", name, error_text(error));
    }

    // The virtio header, and with it what both sides leave to each other.
    std::expected<void, std::string> agree_header() {
        if ((flags_ & IFF_VNET_HDR) == 0) {
            if (options_.offload)
                return Failed(fmt::format("TAP {} was opened without IFF_VNET_HDR: --offload is not possible",
                                          tap_->name_));
            return {};
        }
        int size = OffloadHeader::octets;
        if (ioctl(fd(), TUNSETVNETHDRSZ, &size) != 0 && ioctl(fd(), TUNGETVNETHDRSZ, &size) != 0)
            return Failed(fmt::format("TAP {}: cannot agree on an offload header ({})", tap_->name_,
                                      error_text(errno)));
        if (size != int{OffloadHeader::octets} && size != int{OffloadHeader::octets_before_v1})
            return Failed(fmt::format("TAP {}: offload header of {} octets", tap_->name_, size));
        tap_->header_bytes_ = static_cast<std::uint32_t>(size);
        const unsigned long wanted = options_.offload ? TUN_F_CSUM | TUN_F_TSO4 : 0;
        if (ioctl(fd(), TUNSETOFFLOAD, wanted) != 0)
            return Failed(
                fmt::format("TAP {}: the kernel refuses offload ({})", tap_->name_, error_text(errno)));
        if (!options_.offload) return {};
        LinkCapabilities& capabilities = tap_->capabilities_;
        capabilities.receive_segment_bytes = packet_max;
        capabilities.send_segment_bytes = packet_max;
        capabilities.computes_checksums = true;
        capabilities.vouches_checksums = true;
        return {};
    }

    std::expected<void, std::string> agree_mtu() {
        const Descriptor ask(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        ifreq request = request_for(tap_->name_);
        if (tap_->is_created_ && options_.mtu != 0) {
            request.ifr_mtu = static_cast<int>(options_.mtu);
            if (ioctl(ask.number(), SIOCSIFMTU, &request) != 0)
                return Failed(fmt::format("TAP {} takes no MTU of {} ({})", tap_->name_, options_.mtu,
                                          error_text(errno)));
        }
        // A descriptor may come from another network namespace, where we cannot ask.
        std::uint32_t interface_mtu = std::max(options_.mtu, mtu_default);
        if (ioctl(ask.number(), SIOCGIFMTU, &request) == 0)
            interface_mtu = static_cast<std::uint32_t>(request.ifr_mtu);
        if (options_.mtu > interface_mtu)
            return Failed(
                fmt::format("--mtu {} is more than the {} of {}; change it with: ip link set {} mtu {}",
                            options_.mtu, interface_mtu, tap_->name_, tap_->name_, options_.mtu));
        LinkCapabilities& capabilities = tap_->capabilities_;
        capabilities.mtu =
            std::clamp(options_.mtu != 0 ? options_.mtu : interface_mtu, mtu_least, packet_max);
        // The kernel's side of the TAP drops what this queue does not hold.
        if (ioctl(ask.number(), SIOCGIFTXQLEN, &request) == 0 && request.ifr_qlen > 0)
            capabilities.receive_queue_frames = static_cast<std::uint32_t>(request.ifr_qlen);
        tap_->room_bytes_ =
            std::max(interface_mtu, capabilities.receive_segment_bytes) + ethernet_and_tag + 1;
        return {};
    }

    std::expected<void, std::string> bring_up() {
        if (options_.descriptor >= 0) return {};
        const Descriptor ask(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        ifreq request = request_for(tap_->name_);
        if (ioctl(ask.number(), SIOCGIFFLAGS, &request) != 0 || (request.ifr_flags & IFF_UP) != 0) return {};
        request.ifr_flags |= IFF_UP;
        if (ioctl(ask.number(), SIOCSIFFLAGS, &request) != 0)
            return Failed(fmt::format("TAP {} is down; bring it up with: sudo ip link set {} up", tap_->name_,
                                      tap_->name_));
        return {};
    }

    int fd() const { return tap_->descriptor_.number(); }

    const TapOptions& options_;
    std::unique_ptr<Tap> tap_;
    int flags_ = 0;
};

std::expected<std::unique_ptr<Tap>, std::string> Tap::open(const TapOptions& options) {
    return TapOpening(options).run();
}

}  // namespace sluice::host
