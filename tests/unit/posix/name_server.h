// A small name server on a host of the test: one zone, given as lines of a zone file, with authority over it and referrals
// to what is delegated; and what servers and attackers do wrong, by request. Messages are built by ldns.
#pragma once

#include <ldns/ldns.h>
#include <sys/eventfd.h>

#include <atomic>
#include <thread>
#include <vector>

#include "two_hosts.h"

namespace sluice::test {

class NameServer {
public:
    struct Behaviour {
        int silent_for = 0;  // questions that get no answer
        int code = 0;        // an RCODE for everything
        bool truncates_udp = false;
        bool sends_rubbish_first = false;  // wrong id, wrong name, no message
        bool is_recursive = false;         // follows no CNAMEs if not
    };

    NameServer(posix::Attachment& on, const char* address, std::string zone, std::vector<std::string> lines)
        : NameServer(on, address, std::move(zone), std::move(lines), Behaviour{}) {}
    NameServer(posix::Attachment& on, const char* address, std::string zone, std::vector<std::string> lines,
               Behaviour behaviour)
        : zone_(ldns_dname_new_frm_str(zone.c_str())), behaviour_(behaviour) {
        records_ = ldns_rr_list_new();
        for (const std::string& line : lines) {
            ldns_rr* record = nullptr;
            REQUIRE(ldns_rr_new_frm_str(&record, line.c_str(), 3600, nullptr, nullptr) == LDNS_STATUS_OK);
            ldns_rr_list_push_rr(records_, record);
        }
        posix::use_in_this_thread(&on.host());
        udp_ = Fd(posix::socket(AF_INET, SOCK_DGRAM, 0));
        tcp_ = Fd(posix::socket(AF_INET, SOCK_STREAM, 0));
        const sockaddr_in local = at(address, 53);
        REQUIRE(posix::bind(udp_, generic(local), sizeof local) == 0);
        REQUIRE(posix::bind(tcp_, generic(local), sizeof local) == 0);
        REQUIRE(posix::listen(tcp_, 4) == 0);
        thread_ = std::thread([this] { serve(); });
    }
    ~NameServer() {
        eventfd_write(stop_.number(), 1);
        thread_.join();
        ldns_rr_list_deep_free(records_);
        ldns_rdf_deep_free(zone_);
    }
    NameServer(const NameServer&) = delete;
    NameServer& operator=(const NameServer&) = delete;

    int by_udp() const { return by_udp_; }
    int by_tcp() const { return by_tcp_; }
    // What the clients' questions came from and were numbered, in order. Only when nobody asks.
    const std::vector<int>& ports() const { return ports_; }
    const std::vector<int>& ids() const { return ids_; }

private:
    void serve() {
        for (;;) {
            std::array<pollfd, 3> watched{
                pollfd{udp_, POLLIN, 0}, {tcp_, POLLIN, 0}, {stop_.number(), POLLIN, 0}};
            posix::poll(watched.data(), watched.size(), -1);
            if (watched[2].revents != 0) return;
            if (watched[0].revents != 0) answer_udp();
            if (watched[1].revents != 0) answer_tcp();
        }
    }

    void answer_udp() {
        std::vector<std::uint8_t> room(4096);
        sockaddr_in from{};
        socklen_t length = sizeof from;
        const ssize_t got =
            posix::recvfrom(udp_, room.data(), room.size(), MSG_DONTWAIT, generic(from), &length);
        if (got < 0) return;
        room.resize(static_cast<std::size_t>(got));
        ports_.push_back(ntohs(from.sin_port));
        ids_.push_back(room[0] << 8U | room[1]);
        ++by_udp_;
        if (silent_++ < behaviour_.silent_for) return;
        const auto send = [&](const std::vector<std::uint8_t>& octets) {
            posix::sendto(udp_, octets.data(), octets.size(), 0, generic(from), length);
        };
        auto reply = answer(room);
        if (behaviour_.sends_rubbish_first) {
            send({1, 2, 3});
            auto wrong_id = reply;
            wrong_id[0] ^= 1;
            send(wrong_id);
            auto wrong_name = reply;
            wrong_name[13] ^= 1;
            send(wrong_name);
        }
        if (behaviour_.truncates_udp) {
            reply.resize(12 + question_octets(room));
            reply[2] |= 2;
            for (std::size_t i = 6; i < 12; ++i) reply[i] = 0;
        }
        send(reply);
    }

    void answer_tcp() {
        const Fd fd(posix::accept(tcp_, nullptr, nullptr));
        std::array<std::uint8_t, 2> length{};
        if (posix::recv(fd, length.data(), 2, MSG_WAITALL) != 2) return;
        std::vector<std::uint8_t> room(static_cast<std::size_t>(length[0] << 8U | length[1]));
        if (posix::recv(fd, room.data(), room.size(), MSG_WAITALL) != static_cast<ssize_t>(room.size()))
            return;
        ++by_tcp_;
        std::vector<std::uint8_t> reply = answer(room);
        const auto size = static_cast<std::uint16_t>(reply.size());
        reply.insert(reply.begin(), {static_cast<std::uint8_t>(size >> 8U), static_cast<std::uint8_t>(size)});
        posix::send(fd, reply.data(), 1, 0);  // RFC 7766 8: in any number of segments
        posix::send(fd, reply.data() + 1, reply.size() - 1, 0);
    }

    static std::size_t question_octets(const std::vector<std::uint8_t>& query) {
        std::size_t at = 12;
        while (query.at(at) != 0) at += query[at] + 1U;
        return at + 5 - 12;
    }

    std::vector<std::uint8_t> answer(const std::vector<std::uint8_t>& octets) {
        ldns_pkt* query = nullptr;
        if (ldns_wire2pkt(&query, octets.data(), octets.size()) != LDNS_STATUS_OK) return {};
        ldns_pkt* reply = ldns_pkt_new();
        ldns_pkt_set_id(reply, ldns_pkt_id(query));
        ldns_pkt_set_qr(reply, true);
        ldns_pkt_set_rd(reply, ldns_pkt_rd(query));
        const ldns_rr* question = ldns_rr_list_rr(ldns_pkt_question(query), 0);
        ldns_pkt_push_rr(reply, LDNS_SECTION_QUESTION, ldns_rr_clone(question));
        fill(reply, question);
        std::uint8_t* out = nullptr;
        std::size_t size = 0;
        ldns_pkt2wire(&out, reply, &size);
        const std::vector<std::uint8_t> made(out, out + size);
        LDNS_FREE(out);
        ldns_pkt_free(query);
        ldns_pkt_free(reply);
        return made;
    }

    void fill(ldns_pkt* reply, const ldns_rr* question) {
        const ldns_rdf* name = ldns_rr_owner(question);
        const ldns_rr_type type = ldns_rr_get_type(question);
        if (behaviour_.code != 0)
            return ldns_pkt_set_rcode(reply, static_cast<std::uint8_t>(behaviour_.code));
        bool is_known = false;
        for (std::size_t i = 0; i < ldns_rr_list_rr_count(records_); ++i) {
            const ldns_rr* record = ldns_rr_list_rr(records_, i);
            if (ldns_dname_compare(ldns_rr_owner(record), name) != 0) continue;
            is_known = true;
            const bool is_alias = ldns_rr_get_type(record) == LDNS_RR_TYPE_CNAME;
            if (ldns_rr_get_type(record) != type && !is_alias) continue;
            ldns_pkt_push_rr(reply, LDNS_SECTION_ANSWER, ldns_rr_clone(record));
            if (is_alias && behaviour_.is_recursive)
                push_all(reply, LDNS_SECTION_ANSWER, ldns_rr_rdf(record, 0), type);
        }
        const bool is_apex = ldns_dname_compare(name, zone_) == 0;
        if (ldns_pkt_ancount(reply) > 0) return ldns_pkt_set_aa(reply, true);
        if (!is_apex && refer(reply, name)) return;
        ldns_pkt_set_aa(reply, true);
        if (!is_known) ldns_pkt_set_rcode(reply, LDNS_RCODE_NXDOMAIN);
        push_all(reply, LDNS_SECTION_AUTHORITY, zone_, LDNS_RR_TYPE_SOA);
    }

    bool refer(ldns_pkt* reply, const ldns_rdf* name) {
        for (std::size_t i = 0; i < ldns_rr_list_rr_count(records_); ++i) {
            const ldns_rr* record = ldns_rr_list_rr(records_, i);
            const ldns_rdf* owner = ldns_rr_owner(record);
            const bool is_above =
                ldns_dname_is_subdomain(name, owner) || ldns_dname_compare(name, owner) == 0;
            if (ldns_rr_get_type(record) != LDNS_RR_TYPE_NS || ldns_dname_compare(owner, zone_) == 0 ||
                !is_above)
                continue;
            ldns_pkt_push_rr(reply, LDNS_SECTION_AUTHORITY, ldns_rr_clone(record));
            push_all(reply, LDNS_SECTION_ADDITIONAL, ldns_rr_rdf(record, 0), LDNS_RR_TYPE_A);
        }
        return ldns_pkt_nscount(reply) > 0;
    }

    void push_all(ldns_pkt* reply, ldns_pkt_section section, const ldns_rdf* name, ldns_rr_type type) {
        for (std::size_t i = 0; i < ldns_rr_list_rr_count(records_); ++i) {
            const ldns_rr* record = ldns_rr_list_rr(records_, i);
            if (ldns_rr_get_type(record) == type && ldns_dname_compare(ldns_rr_owner(record), name) == 0)
                ldns_pkt_push_rr(reply, section, ldns_rr_clone(record));
        }
    }

    ldns_rdf* zone_;
    ldns_rr_list* records_;
    Behaviour behaviour_;
    Fd udp_;
    Fd tcp_;
    host::Descriptor stop_{eventfd(0, EFD_CLOEXEC)};
    std::thread thread_;
    std::atomic<int> by_udp_{0};
    std::atomic<int> by_tcp_{0};
    int silent_ = 0;
    std::vector<int> ports_;
    std::vector<int> ids_;
};

}  // namespace sluice::test
