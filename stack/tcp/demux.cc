#include "tcp/demux.h"

#include <algorithm>

namespace sluice::tcp {
namespace {

constexpr std::size_t first_buckets = 1024;

}  // namespace

std::size_t Demux::Hash::operator()(const Tuple& tuple) const {
    std::array<std::uint8_t, 36> octets;
    Writer out(octets);
    out.bytes(tuple.remote.address.octets());
    out.bytes(tuple.local.address.octets());
    out.u16(tuple.remote.port);
    out.u16(tuple.local.port);
    return siphash(key, octets);
}

Demux::Demux(SipKey key)
    : hash_{key},
      buckets_(first_buckets),
      table_(Table::bucket_traits(buckets_.data(), buckets_.size()), hash_) {}

Demux::~Demux() { table_.clear(); }

Record* Demux::find(const Tuple& tuple) {
    const auto found = table_.find(tuple, hash_, Equal{});
    return found == table_.end() ? nullptr : &*found;
}

void Demux::insert(Record& record) {
    if (table_.size() >= buckets_.size()) {
        std::vector<Table::bucket_type> larger(buckets_.size() * 2);
        table_.rehash(Table::bucket_traits(larger.data(), larger.size()));
        buckets_ = std::move(larger);
    }
    SLUICE_CHECK(table_.insert(record).second);
}

void Demux::erase(Record& record) { table_.erase(table_.iterator_to(record)); }

std::vector<Record*> Demux::all() {
    std::vector<Record*> records;
    records.reserve(table_.size());
    for (Record& record : table_) records.push_back(&record);
    std::ranges::sort(records, {}, [](const Record* record) { return record->number; });
    return records;
}

Listener* Demux::listener_at(const wire::Endpoint& local) {
    const auto found = listeners_.find(local);
    return found == listeners_.end() ? nullptr : found->second.get();
}

Listener* Demux::listener_for(const wire::Endpoint& local) {
    if (Listener* exact = listener_at(local)) return exact;
    return listener_at({wire::Address(), local.port});
}

bool Demux::is_listened_port(std::uint16_t port) const {
    return std::ranges::any_of(listeners_, [port](const auto& entry) { return entry.first.port == port; });
}

Listener& Demux::add_listener(std::unique_ptr<Listener> listener) {
    const wire::Endpoint local = listener->local;
    return *(listeners_[local] = std::move(listener));
}

void Demux::erase_listener(Listener& listener) { listeners_.erase(wire::Endpoint(listener.local)); }

}  // namespace sluice::tcp
