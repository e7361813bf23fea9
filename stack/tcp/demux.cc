#include "tcp/demux.h"

#include <algorithm>

namespace sluice::tcp {
namespace {

constexpr std::size_t first_buckets = 1024;

}  // namespace

std::size_t Demux::Hash::operator()(const Tuple& tuple) const {
    std::array<std::uint8_t, 36> octets;
    Writer out(octets);
    const auto& remote = tuple.remote.address;
    const auto& local = tuple.local.address;
    if (remote.is_v4() && local.is_v4()) {  // a third of the octets tell all
        out.u32(remote.to_v4());
        out.u32(local.to_v4());
    } else {
        out.bytes(remote.octets());
        out.bytes(local.octets());
    }
    out.u16(tuple.remote.port);
    out.u16(tuple.local.port);
    return siphash(key, ByteView(octets).first(out.size()));
}

Demux::Demux(SipKey key)
    : hash_{key},
      buckets_(first_buckets),
      table_(Table::bucket_traits(buckets_.data(), buckets_.size()), hash_) {}

Demux::~Demux() { table_.clear(); }

Record* Demux::find(const Tuple& tuple) {
    if (last_found_ && last_found_->tuple == tuple) return last_found_;
    const auto found = table_.find(tuple, hash_, Equal{});
    if (found == table_.end()) return nullptr;
    last_found_ = &*found;
    return last_found_;
}

void Demux::insert(Record& record) {
    if (table_.size() >= buckets_.size()) {
        std::vector<Table::bucket_type> larger(buckets_.size() * 2);
        table_.rehash(Table::bucket_traits(larger.data(), larger.size()));
        buckets_ = std::move(larger);
    }
    SLUICE_CHECK(table_.insert(record).second);
}

void Demux::erase(Record& record) {
    if (last_found_ == &record) last_found_ = nullptr;
    table_.erase(table_.iterator_to(record));
}

std::vector<Record*> Demux::all() {
    std::vector<Record*> records;
    records.reserve(table_.size());
    for (Record& record : table_) records.push_back(&record);
    std::ranges::sort(records, {}, [](const Record* record) { return record->number; });
    return records;
}

Listener* Demux::listener_at(const wire::Endpoint& local, const Tuple& tuple) const {
    const auto found = listeners_.find(local);
    if (found == listeners_.end()) return nullptr;
    const Sharing& sharing = found->second;
    return sharing[sharing.size() == 1 ? 0 : hash_(tuple) % sharing.size()].get();
}

Listener* Demux::listener_for(const Tuple& tuple) {
    if (Listener* exact = listener_at(tuple.local, tuple)) return exact;
    return listener_at({wire::Address(), tuple.local.port}, tuple);
}

bool Demux::may_listen(const wire::Endpoint& local, bool shares_port) const {
    const auto found = listeners_.find(local);
    return found == listeners_.end() || (shares_port && found->second.front()->shares_port);
}

bool Demux::is_listened_port(std::uint16_t port) const {
    return std::ranges::any_of(listeners_, [port](const auto& entry) { return entry.first.port == port; });
}

Listener& Demux::add_listener(std::unique_ptr<Listener> listener) {
    return *listeners_[listener->local].emplace_back(std::move(listener));
}

void Demux::erase_listener(Listener& listener) {
    const auto found = listeners_.find(listener.local);
    std::erase_if(found->second, [&](const auto& one) { return one.get() == &listener; });
    if (found->second.empty()) listeners_.erase(found);
}

}  // namespace sluice::tcp
