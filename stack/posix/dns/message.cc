#include "posix/dns/message.h"

#include <ldns/ldns.h>

#include <algorithm>
#include <memory>

namespace sluice::posix::dns {
namespace {

constexpr std::uint16_t edns_octets = 1232;  // RFC 6891 6.2.5, without fragments on any ordinary path

struct Free {
    void operator()(ldns_pkt* packet) const { ldns_pkt_free(packet); }
    void operator()(ldns_rdf* data) const { ldns_rdf_deep_free(data); }
    void operator()(char* text) const { LDNS_FREE(text); }
    void operator()(std::uint8_t* octets) const { LDNS_FREE(octets); }
};
template <typename Held>
using Owned = std::unique_ptr<Held, Free>;

std::string text_of(const ldns_rdf* name) {
    const Owned<char> text(ldns_rdf2str(name));
    return text ? canonical(text.get()) : std::string();
}

Record record_of(const ldns_rr* from) {
    Record record;
    record.name = text_of(ldns_rr_owner(from));
    record.type = static_cast<std::uint16_t>(ldns_rr_get_type(from));
    record.ttl = ldns_rr_ttl(from);
    const Owned<char> text(ldns_rr2str(from));
    if (text) record.text = text.get();
    while (!record.text.empty() && record.text.back() == '\n') record.text.pop_back();
    const ldns_rdf* first = ldns_rr_rd_count(from) > 0 ? ldns_rr_rdf(from, 0) : nullptr;
    if (!first) return record;
    if (record.type == type::a && ldns_rdf_size(first) == 4) {
        Reader in(ByteView(ldns_rdf_data(first), 4));
        record.address = wire::Address::v4(in.u32());
    } else if (record.type == type::ns || record.type == type::cname) {
        record.target = text_of(first);
    } else if (record.type == type::soa && ldns_rr_rd_count(from) == 7) {
        // RFC 2308 5: the smaller of the record's TTL and its last field.
        record.minimum = std::min(record.ttl, ldns_rdf2native_int32(ldns_rr_rdf(from, 6)));
    }
    return record;
}

std::vector<Record> records_of(const ldns_rr_list* list) {
    std::vector<Record> records;
    for (std::size_t i = 0; i < ldns_rr_list_rr_count(list); ++i) {
        const ldns_rr* record = ldns_rr_list_rr(list, i);
        if (ldns_rr_get_class(record) == LDNS_RR_CLASS_IN) records.push_back(record_of(record));
    }
    return records;
}

// RFC 5452 9.1: id, name, class and type must be those of the question.
bool answers(const ldns_pkt* packet, const Query& query) {
    if (!ldns_pkt_qr(packet) || ldns_pkt_id(packet) != query.id || ldns_pkt_qdcount(packet) != 1)
        return false;
    const ldns_rr* asked = ldns_rr_list_rr(ldns_pkt_question(packet), 0);
    return asked && ldns_rr_get_type(asked) == query.question.type &&
           ldns_rr_get_class(asked) == LDNS_RR_CLASS_IN &&
           text_of(ldns_rr_owner(asked)) == canonical(query.question.name);
}

}  // namespace

std::string canonical(std::string_view name) {
    std::string lower(name);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    if (!lower.empty() && lower.back() == '.') lower.pop_back();
    return lower;
}

std::optional<std::vector<std::uint8_t>> write_query(const Query& query) {
    const std::string name = query.question.name.empty() ? "." : query.question.name;
    Owned<ldns_rdf> asked(ldns_dname_new_frm_str(name.c_str()));
    if (!asked) return std::nullopt;
    const auto flags = static_cast<std::uint16_t>(query.wants_recursion ? LDNS_RD : 0);
    const Owned<ldns_pkt> packet(ldns_pkt_query_new(
        asked.get(), static_cast<ldns_rr_type>(query.question.type), LDNS_RR_CLASS_IN, flags));
    if (!packet) return std::nullopt;
    asked.release();  // the packet's now
    ldns_pkt_set_id(packet.get(), query.id);
    ldns_pkt_set_edns_udp_size(packet.get(), edns_octets);
    std::uint8_t* octets = nullptr;
    std::size_t size = 0;
    if (ldns_pkt2wire(&octets, packet.get(), &size) != LDNS_STATUS_OK) return std::nullopt;
    const Owned<std::uint8_t> held(octets);
    return std::vector<std::uint8_t>(octets, octets + size);
}

std::optional<Reply> read_reply(ByteView octets, const Query& query) {
    ldns_pkt* parsed = nullptr;
    if (ldns_wire2pkt(&parsed, octets.data(), octets.size()) != LDNS_STATUS_OK) return std::nullopt;
    const Owned<ldns_pkt> packet(parsed);
    if (!answers(packet.get(), query)) return std::nullopt;
    Reply reply;
    reply.id = query.id;
    reply.code = static_cast<std::uint8_t>(ldns_pkt_get_rcode(packet.get()));
    reply.is_truncated = ldns_pkt_tc(packet.get());
    reply.is_authoritative = ldns_pkt_aa(packet.get());
    reply.has_recursion = ldns_pkt_ra(packet.get());
    reply.answer = records_of(ldns_pkt_answer(packet.get()));
    reply.authority = records_of(ldns_pkt_authority(packet.get()));
    reply.additional = records_of(ldns_pkt_additional(packet.get()));
    return reply;
}

std::optional<std::uint16_t> type_from(std::string_view text) {
    const auto found = ldns_get_rr_type_by_name(std::string(text).c_str());
    if (found == 0) return std::nullopt;
    return static_cast<std::uint16_t>(found);
}

std::string type_text(std::uint16_t type) {
    const Owned<char> text(ldns_rr_type2str(static_cast<ldns_rr_type>(type)));
    return text ? text.get() : std::to_string(type);
}

}  // namespace sluice::posix::dns
