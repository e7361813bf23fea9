#include "tcp/receive/receiver.h"

#include <algorithm>

namespace sluice::tcp {

void Receiver::start(const Settings& settings, std::uint32_t buffer, std::uint32_t announced,
                     std::uint16_t mss_announced) {
    acks.start(settings);
    window_.start(nxt_, buffer, announced);
    mss_announced_ = mss_announced;
}

void Receiver::deliver(Slice text, ChunkPool& pool) {
    nxt_ += text.size();
    if (!is_discarding_) queue_.append(std::move(text), pool);
}

Receiver::Disorder& Receiver::disorder() {
    if (!disorder_) disorder_ = std::make_unique<Disorder>();
    return *disorder_;
}

void Receiver::hold(Pos begin, Slice text, std::uint32_t pieces_max, ChunkPool& pool, Text& result) {
    const Range whole{begin, begin + text.size()};
    const auto held = disorder().held.hold(begin, std::move(text), pieces_max, pool);
    result.held = held.kept;
    result.is_full = held.is_full;
    result.is_duplicate = held.kept == 0 && !held.is_full;
    result.duplicate = held.duplicate;
    // What was refused is not reported.
    if (!held.is_full) disorder_->report.on_held(whole);
}

void Receiver::on_duplicate(Range text) { disorder().report.on_duplicate(text); }

void Receiver::on_acknowledgment_sent() {
    if (!disorder_) return;
    disorder_->report.on_sent();
    if (disorder_->held.empty() && disorder_->report.empty()) disorder_.reset();
}

Receiver::Text Receiver::take_text(const Segment& seg, std::uint32_t pieces_max, ChunkPool& pool) {
    Text result;
    Slice text = seg.text;
    const Pos begin = seg.text_begin();
    // Octets beyond the peer's FIN are its mistake (D-18).
    if (fin_at_ >= 0 && begin + text.size() > fin_at_)
        text.truncate(static_cast<std::uint32_t>(std::clamp(fin_at_ - begin, Pos{0}, Pos{text.size()})));
    if (text.empty()) {
        result.is_duplicate = !seg.text.empty();
        return result;
    }
    if (begin > nxt_) {
        hold(begin, std::move(text), pieces_max, pool, result);
        return result;
    }
    const Pos before = nxt_;
    if (has_hole()) result.duplicate = disorder_->held.first_held({begin, begin + text.size()});
    deliver(std::move(text), pool);
    result.filled_hole = has_hole();
    while (has_hole()) {
        auto piece = disorder_->held.take(nxt_);
        if (!piece) break;
        deliver(std::move(*piece), pool);
    }
    if (disorder_) {
        disorder_->report.on_in_order(nxt_);
        if (disorder_->held.empty() && disorder_->report.empty()) disorder_.reset();
    }
    result.in_order = nxt_ - before;
    return result;
}

bool Receiver::take_fin(const Segment& seg) {
    if (seg.has(flag::fin) && fin_at_ < 0) {
        const Pos at = seg.text_begin() + seg.text.size();
        // A FIN below octets we already hold contradicts them; the octets win.
        if (at >= nxt_ && (!disorder_ || disorder_->held.end() <= at)) fin_at_ = at;
    }
    if (!fin_is_due()) return false;
    pass_fin();
    return true;
}

void Receiver::discard_from_now() {
    is_shut_ = is_discarding_ = true;
    queue_.clear();
}

void Receiver::drop_everything() {
    queue_.clear();
    disorder_.reset();
    acks.stop();
}

}  // namespace sluice::tcp
