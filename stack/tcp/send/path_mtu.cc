#include "tcp/send/path_mtu.h"

#include <algorithm>
#include <array>

namespace sluice::tcp {
namespace {

// RFC 1191 7.1, table 7-1, for routers that name no size; with 1280 and 1006 beside the classic values.
constexpr std::array<std::uint32_t, 13> plateaus{65535, 32000, 17914, 9000, 8166, 4352, 2002,
                                                 1492,  1280,  1006,  508,  296,  68};
constexpr std::uint32_t close_enough = 16;  // octets between what passes and what does not (RFC 4821 7.2)
constexpr int verify_packets = 64;          // after a raise (RFC 4821 7.8)

std::uint32_t plateau_below(std::uint32_t size) {
    const auto* next =
        std::find_if(plateaus.begin(), plateaus.end(), [&](std::uint32_t p) { return p < size; });
    return next == plateaus.end() ? PathMtu::least : *next;
}

}  // namespace

void PathMtu::start(std::uint32_t ceiling, std::uint32_t known, const Settings& settings, Instant now) {
    ceiling_ = mtu_ = ceiling;
    if (known != 0 && known < ceiling) lower(known, true, Phase::complete, settings, now);
}

void PathMtu::lower(std::uint32_t size, bool is_reported, Phase phase, const Settings& settings,
                    Instant now) {
    if (!search_) search_ = std::make_unique<Search>();
    mtu_ = std::max(size, least);
    search_->phase = phase;
    search_->low = mtu_;
    search_->high = ceiling_;
    search_->was_reported = is_reported;
    largest_sent_ = std::min(largest_sent_, mtu_);  // [R5927-5]
    largest_acknowledged_ = std::min(largest_acknowledged_, mtu_);
    doubtful_ = 0;
    search_->failures = 0;
    search_->text = {-1, -1};
    search_->before_raise = 0;
    search_->next_at = later(now, is_reported ? settings.path_raise_after_report : settings.path_raise);
}

bool PathMtu::on_too_big(std::uint32_t reported, const Settings& settings, Instant now) {
    // RFC 1191 5: a message without a size means the next lower plateau [R1191-3].
    const std::uint32_t size = std::max(reported == 0 ? plateau_below(mtu_) : reported, least);
    if (size >= mtu_) return false;           // [R1191-5] [R1191-9]
    if (size >= largest_sent_) return false;  // no packet of ours was larger [R5927-4]
    if (size < largest_acknowledged_) {       // larger ones passed: wait and see [R5927-6]
        doubtful_ = size;
        return false;
    }
    lower(size, true, Phase::complete, settings, now);
    return true;
}

bool PathMtu::on_timeout(const Settings& settings, Instant now) {
    if (doubtful_ == 0 || doubtful_ >= mtu_) return false;
    lower(doubtful_, true, Phase::complete, settings, now);
    return true;
}

bool PathMtu::on_full_stop(const Settings& settings, Instant now) {
    if (mtu_ <= least) return false;
    // RFC 4821 7.7, RFC 8899 5.1.2: BASE first, then half of it each time [R4821-6] [R4821-13].
    lower(mtu_ > settings.path_base ? settings.path_base : std::max(mtu_ / 2, least), false, Phase::base,
          settings, now);
    return true;
}

void PathMtu::on_progress(Pos una, const Settings& settings, Instant now) {
    if (!search_) return;
    if (search_->text.begin >= 0 && una >= search_->text.end) return raise(una, settings, now);
    if (search_->phase == Phase::base) {  // confirmed by an acknowledged transport (RFC 8899 5.1.1)
        search_->phase = Phase::searching;
        search_->next_at = now;
    }
    if (search_->before_raise != 0 && una >= search_->verified_at) search_->before_raise = 0;
    if (search_->phase == Phase::complete && mtu_ >= ceiling_ && search_->before_raise == 0) search_.reset();
}

void PathMtu::raise(Pos una, const Settings& settings, Instant now) {
    Search& search = *search_;
    search.before_raise = mtu_;
    mtu_ = search.low = search.size;
    search.failures = 0;
    search.lost = 0;
    search.text = {-1, -1};
    search.verified_at = una + Pos{mtu_} * verify_packets;
    // [R1191-6] After a success the next one waits too, where messages told the size.
    search.next_at = search.was_reported ? later(now, settings.path_raise_after_success) : now;
    finish_if_close(settings, now);
}

void PathMtu::finish_if_close(const Settings& settings, Instant now) {
    Search& search = *search_;
    if (search.high >= search.low + close_enough) return;
    search.phase = Phase::complete;
    search.next_at = later(now, settings.path_raise);  // [R4821-5] [R4821-13]
}

bool PathMtu::on_loss(Pos octets, const Settings& settings, Instant now) {
    if (!search_ || search_->before_raise == 0) return false;
    search_->lost += octets;
    if (search_->lost < Pos{mtu_} * verify_packets / 8) return false;
    const std::uint32_t failed = mtu_;
    mtu_ = search_->low = search_->before_raise;
    search_->before_raise = 0;
    search_->high = failed - 1;
    finish_if_close(settings, now);
    return true;
}

std::optional<std::uint32_t> PathMtu::due(const Settings& settings, Instant now) const {
    if (!search_ || !settings.path_probing) return std::nullopt;
    const Search& search = *search_;
    if (search.text.begin >= 0 || search.phase == Phase::base || now < search.next_at) return std::nullopt;
    if (mtu_ >= ceiling_ || search.before_raise != 0) return std::nullopt;
    // Complete, and the raise timer ran out: the path may have changed, everything up to the ceiling may pass.
    const std::uint32_t high = search.phase == Phase::complete ? ceiling_ : search.high;
    if (high <= search.low) return std::nullopt;
    if (search.failures > 0) return search.size;
    // Choice: the ceiling itself first, it is what most paths carry; then halves.
    return high == ceiling_ ? high : search.low + (high - search.low + 1) / 2;
}

void PathMtu::on_probe_sent(Range text, std::uint32_t size) {
    if (search_->phase == Phase::complete) {
        search_->phase = Phase::searching;
        search_->high = ceiling_;
    }
    search_->text = text;
    search_->size = size;
}

void PathMtu::on_probe_lost(const Settings& settings, Duration pause, Instant now) {
    Search& search = *search_;
    search.text = {-1, -1};
    search.next_at = later(now, pause);  // [R4821-3]
    if (++search.failures < settings.path_probes) return;
    search.failures = 0;
    search.high = search.size - 1;
    finish_if_close(settings, now);
}

}  // namespace sluice::tcp
