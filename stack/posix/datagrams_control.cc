// Ancillary data of UDP and raw sockets, and the error queue of IP_RECVERR (ip(7)).
#include <netinet/in.h>

#include <cerrno>
#include <ctime>
// After the struct timespec it mentions.
#include <linux/errqueue.h>

#include "posix/control_data.h"
#include "posix/datagrams.h"

namespace sluice::posix {
namespace {

in_addr in_addr_of(const wire::Address& address) { return {htonl(address.to_v4())}; }

template <typename Value>
std::optional<Value> read_value(ByteView data) {
    if (data.size() < sizeof(Value)) return std::nullopt;
    Value value;
    std::memcpy(&value, data.data(), sizeof value);
    return value;
}

// The number of a link as interfaces are numbered: from 1.
int index_of(LinkId link) { return link + 1; }

}  // namespace

// IP_PKTINFO chooses the source, IP_TTL and IP_TOS stand for one datagram. False: EINVAL.
bool Datagrams::read_control(ByteView control, UdpSending& sending) const {
    return visit_control(control, [&](int level, int type, ByteView data) {
        if (level != IPPROTO_IP) return true;  // sendmsg(2): not ours to judge
        if (type == IP_PKTINFO) {
            const auto info = read_value<in_pktinfo>(data);
            if (info) sending.source = wire::Address::v4(ntohl(info->ipi_spec_dst.s_addr));
            return info.has_value();
        }
        const auto number = data.size() == 1 ? std::optional<int>(data[0]) : read_value<int>(data);
        if (!number || *number < 0 || *number > 255) return false;
        if (type == IP_TTL && *number > 0) {
            sending.hop_limit = static_cast<std::uint8_t>(*number);
            return true;
        }
        if (type != IP_TOS) return false;
        sending.traffic_class = static_cast<std::uint8_t>(*number);
        return true;
    });
}

void Datagrams::write_control(const Datagram& datagram, MessageIn& message) const {
    ControlWriter writer(message.control);
    if (told_.packet_info) {
        in_pktinfo info{};
        info.ipi_ifindex = index_of(datagram.link);
        info.ipi_addr = in_addr_of(datagram.to.address);
        // The address to answer from: a group's cannot be (RFC 1122 4.1.3.6).
        if (!datagram.to_group) info.ipi_spec_dst = info.ipi_addr;
        writer.add(IPPROTO_IP, IP_PKTINFO, info);
    }
    if (told_.hop_limit) writer.add(IPPROTO_IP, IP_TTL, int{datagram.hop_limit});
    if (told_.traffic_class) writer.add(IPPROTO_IP, IP_TOS, datagram.traffic_class);
    message.control_length = writer.size();
    if (writer.is_cut()) message.flags |= MSG_CTRUNC;
}

// recv(2) MSG_ERRQUEUE: never waits. The data is what was sent, the address where to, the control data what happened.
Answer<std::size_t> Datagrams::receive_failure(MessageIn& message) {
    const auto failure = socket_.next_failure();
    if (!failure) return fail(EAGAIN);
    struct {
        sock_extended_err error{};
        sockaddr_in offender{};
    } told;
    told.error.ee_errno = static_cast<__u32>(errno_of(error_of(failure->error)));
    told.error.ee_origin = failure->reporter.is_unspecified() ? SO_EE_ORIGIN_LOCAL : SO_EE_ORIGIN_ICMP;
    told.error.ee_type = failure->type;
    told.error.ee_code = failure->code;
    told.error.ee_info = failure->mtu;
    told.offender.sin_family = failure->reporter.is_unspecified() ? AF_UNSPEC : AF_INET;
    told.offender.sin_addr = in_addr_of(failure->reporter);
    ControlWriter writer(message.control);
    writer.add(IPPROTO_IP, IP_RECVERR, told);
    message.control_length = writer.size();
    message.flags |= MSG_ERRQUEUE | (writer.is_cut() ? MSG_CTRUNC : 0);
    message.from = failure->remote;
    const std::size_t copied = scatter(failure->data.view(), message.room);
    if (copied < failure->data.size()) message.flags |= MSG_TRUNC;
    return copied;
}

}  // namespace sluice::posix
