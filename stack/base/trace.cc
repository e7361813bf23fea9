#include "base/trace.h"

#include <algorithm>
#include <utility>

namespace sluice {
namespace {

constexpr std::uint32_t facts_kept = 4096;

}  // namespace

Trace::Trace(TraceMode mode, std::uint32_t records) : wanted_records_(std::max(records, 16U)) {
    set_mode(mode);
}

void Trace::set_mode(TraceMode mode) {
    mode_ = mode;
    mask_ = mode == TraceMode::off ? 0 : ~std::uint32_t{0};
    if (mode != TraceMode::off && ring_.empty()) ring_.resize(wanted_records_);
}

void Trace::write(TraceRecord record) {
    if (record.kind == Kind::state) ++moves_[place(record.before, record.after)];
    if (ring_.empty()) return;
    if (waiting() == ring_.size()) {
        ++drained_;
        if (mode_ == TraceMode::all) ++lost_;
    }
    record.number = static_cast<std::uint32_t>(written_ + 1);
    if (record.frame == 0) record.frame = frame_;
    ring_[written_ % ring_.size()] = record;
    ++written_;
}

void Trace::tell(ConnectionFacts facts) {
    if (mode_ == TraceMode::off) return;
    const std::uint32_t slot = facts.connection % facts_kept;
    if (facts_.size() <= slot) facts_.resize(slot + 1);
    facts_[slot] = std::move(facts);
}

ConnectionFacts* Trace::facts(std::uint32_t connection) {
    const std::uint32_t slot = connection % facts_kept;
    if (slot >= facts_.size() || facts_[slot].connection != connection) return nullptr;
    return &facts_[slot];
}

void Trace::drain(const std::function<void(const TraceRecord&)>& sink) {
    while (drained_ < written_) {
        sink(ring_[drained_ % ring_.size()]);
        ++drained_;
    }
}

void Trace::look(std::uint64_t after, const std::function<void(const TraceRecord&)>& see) const {
    const std::uint64_t kept = std::min<std::uint64_t>(written_, ring_.size());
    for (std::uint64_t at = std::max(after, written_ - kept); at < written_; ++at)
        see(ring_[at % ring_.size()]);
}

}  // namespace sluice
