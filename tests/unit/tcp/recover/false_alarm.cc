#include "tcp/recover/false_alarm.h"

#include <doctest/doctest.h>

namespace sluice::tcp {
namespace {

constexpr bool timeout = true;
constexpr bool fast = false;

// An acknowledgment that moves SND.UNA to `una` and delivers `range`, sent once.
Acked acknowledges(Pos una, Range range = {}) {
    Acked acked;
    acked.una = una;
    acked.is_new = true;
    if (!range.empty()) acked.delivered.add(range, Instant{1s}, false);
    return acked;
}

// The same for what was resent.
Acked acknowledges_resend(Pos una, Range range) {
    Acked acked = acknowledges(una);
    acked.delivered.add(range, Instant{2s}, true);
    return acked;
}

Acked duplicate(Pos una) {
    Acked acked;
    acked.una = una;
    acked.is_duplicate = acked.is_repetition = true;
    return acked;
}

Acked reports(Pos una, Range range) {
    Acked acked = duplicate(una);
    acked.has_sack = true;
    acked.delivered.add(range, Instant{1s}, false);
    acked.delivered.sacked = range.size();
    return acked;
}

Acked reports_twice(Pos una, Range range) {
    Acked acked = duplicate(una);
    acked.has_sack = true;
    acked.duplicate_reported = range;
    return acked;
}

Acked echoes(Pos una, std::uint32_t timestamp) {
    Acked acked = acknowledges_resend(una, {una - 1000, una});
    acked.echo = timestamp;
    return acked;
}

// Octets 1 to 5000 are in flight when recovery begins and the first 1000 are resent.
FalseAlarm begun(bool by, const Settings& settings = {}) {
    FalseAlarm alarm;
    alarm.on_loss(settings, by, true, 1, 5001);
    alarm.on_resent({1, 1001}, 700);
    return alarm;
}

// --- Eifel

TEST_CASE(
    "the first new ACK echoes an older timestamp than the resend's: nothing was lost [RFC 3522 3.2 (5)]") {
    for (const bool by : {fast, timeout}) {
        FalseAlarm alarm = begun(by);
        CHECK(alarm.on_ack(echoes(2001, 699)));
        CHECK(alarm.rule() == Rule::r3522_3_2);
        CHECK_FALSE(alarm.on_ack(echoes(3001, 699)));  // once
    }
}

TEST_CASE("the resend's own timestamp, or a later one, says that it was needed [RFC 3522 3.2 (5)]") {
    for (const std::uint32_t echo : {700U, 701U}) {
        FalseAlarm alarm = begun(fast);
        CHECK_FALSE(alarm.on_ack(echoes(1001, echo)));
    }
}

TEST_CASE("only the first new ACK is asked, duplicates are not [RFC 3522 3.2 (4)]") {
    FalseAlarm alarm = begun(fast);
    Acked again = duplicate(1);
    again.echo = 650;
    CHECK_FALSE(alarm.on_ack(again));
    CHECK_FALSE(alarm.on_ack(echoes(1001, 700)));
    CHECK_FALSE(alarm.on_ack(echoes(2001, 650)));
}

TEST_CASE("timestamps wrap, also here [RFC 3522 3.2 (5)]") {
    FalseAlarm alarm;
    alarm.on_loss(Settings{}, fast, true, 1, 5001);
    alarm.on_resent({1, 1001}, 5);
    CHECK(alarm.on_ack(echoes(1001, 0xffffffff)));
}

TEST_CASE("the timestamp kept is that of the first resend [RFC 3522 3.2 (3)]") {
    FalseAlarm alarm = begun(fast);
    alarm.on_resent({1001, 2001}, 800);
    CHECK_FALSE(alarm.on_ack(echoes(1001, 750)));
}

TEST_CASE("before anything was resent there is nothing to ask [RFC 3522 3.2 (3)]") {
    FalseAlarm alarm;
    alarm.on_loss(Settings{}, fast, true, 1, 5001);
    CHECK_FALSE(alarm.on_ack(echoes(1001, 1)));
    alarm.on_resent({1001, 2001}, 700);
    CHECK(alarm.on_ack(echoes(2001, 699)));
}

// --- F-RTO

TEST_CASE("two ACKs in a row for octets that were not resent: the timeout was false [RFC 5682 2.1 (3b)]") {
    FalseAlarm alarm = begun(timeout);
    CHECK_FALSE(alarm.prefers_new_data());
    CHECK_FALSE(alarm.on_ack(acknowledges_resend(1001, {1, 1001})));
    CHECK(alarm.prefers_new_data());
    CHECK(alarm.new_data_left(1000) == 2000);
    alarm.on_new_data_sent(1000);
    CHECK(alarm.new_data_left(1000) == 1000);
    CHECK(alarm.on_ack(acknowledges(2001, {1001, 2001})));
    CHECK(alarm.rule() == Rule::r5682_2_1);
    CHECK_FALSE(alarm.prefers_new_data());
}

TEST_CASE("the second ACK may cover all that was out at the timeout [RFC 5682 2.1 (3b)]") {
    FalseAlarm alarm = begun(timeout);
    alarm.on_ack(acknowledges_resend(1001, {1, 1001}));
    alarm.on_new_data_sent(2000);
    CHECK(alarm.on_ack(acknowledges(5001, {1001, 5001})));
}

TEST_CASE("the second ACK may be a report [RFC 5682 3.1 (3b)]") {
    FalseAlarm alarm = begun(timeout);
    alarm.on_ack(acknowledges_resend(1001, {1, 1001}));
    alarm.on_new_data_sent(2000);
    CHECK(alarm.on_ack(reports(1001, {3001, 4001})));
}

TEST_CASE("a duplicate as the first ACK says that something is missing [RFC 5682 2.1 (2a)]") {
    FalseAlarm alarm = begun(timeout);
    CHECK_FALSE(alarm.on_ack(duplicate(1)));
    CHECK_FALSE(alarm.on_ack(acknowledges_resend(1001, {1, 1001})));
    CHECK_FALSE(alarm.prefers_new_data());
    CHECK_FALSE(alarm.on_ack(acknowledges(2001, {1001, 2001})));
}

TEST_CASE("with SACK duplicates before the first new ACK are waited out [RFC 5682 3.1 (2)]") {
    FalseAlarm alarm = begun(timeout);
    CHECK_FALSE(alarm.on_ack(reports(1, {4001, 5001})));
    CHECK_FALSE(alarm.on_ack(reports_twice(1, {6001, 6002})));  // of somewhere else
    alarm.on_ack(acknowledges_resend(1001, {1, 1001}));
    CHECK(alarm.prefers_new_data());
}

TEST_CASE("a first ACK of everything, or of not all that was resent, tells nothing [RFC 5682 2.1 (2a)]") {
    for (const Pos una : {501, 5001}) {
        FalseAlarm alarm = begun(timeout);
        CHECK_FALSE(alarm.on_ack(acknowledges_resend(una, {1, una})));
        CHECK_FALSE(alarm.prefers_new_data());
    }
}

TEST_CASE("a duplicate as the second ACK: the loss was real [RFC 5682 2.1 (3a)]") {
    FalseAlarm alarm = begun(timeout);
    alarm.on_ack(acknowledges_resend(1001, {1, 1001}));
    alarm.on_new_data_sent(2000);
    CHECK_FALSE(alarm.on_ack(duplicate(1001)));
    CHECK_FALSE(alarm.prefers_new_data());
    CHECK_FALSE(alarm.on_ack(acknowledges(2001, {1001, 2001})));
}

TEST_CASE("a report of the new data as the second ACK: the loss was real [RFC 5682 3.1 (3a)]") {
    FalseAlarm alarm = begun(timeout);
    alarm.on_ack(acknowledges_resend(1001, {1, 1001}));
    alarm.on_new_data_sent(2000);
    CHECK_FALSE(alarm.on_ack(reports(1001, {5001, 6001})));
    CHECK_FALSE(alarm.prefers_new_data());
}

TEST_CASE("an old ACK in between changes nothing [RFC 5682 3.1 (3)]") {
    FalseAlarm alarm = begun(timeout);
    alarm.on_ack(acknowledges_resend(1001, {1, 1001}));
    Acked old;
    old.una = 1001;
    CHECK_FALSE(alarm.on_ack(old));
    CHECK(alarm.prefers_new_data());
}

TEST_CASE("without new data the timeout is taken as it is [RFC 5682 2.1 (2b)]") {
    FalseAlarm alarm = begun(timeout);
    alarm.on_ack(acknowledges_resend(1001, {1, 1001}));
    alarm.find_no_new_data();
    CHECK_FALSE(alarm.prefers_new_data());
    FalseAlarm other = begun(timeout);
    other.on_ack(acknowledges_resend(1001, {1, 1001}));
    other.on_new_data_sent(1000);
    other.find_no_new_data();  // one segment is enough
    CHECK(other.prefers_new_data());
}

TEST_CASE("a timeout in the course of a recovery is not tried [RFC 5682 2.1 (1)]") {
    FalseAlarm alarm = begun(timeout);
    alarm.on_loss(Settings{}, timeout, false, 1, 5001);
    alarm.on_ack(acknowledges_resend(1001, {1, 1001}));
    CHECK_FALSE(alarm.prefers_new_data());
}

TEST_CASE("F-RTO is a matter of timeouts and of its setting [RFC 5682 2.1]") {
    FalseAlarm by_duplicates = begun(fast);
    by_duplicates.on_ack(acknowledges_resend(1001, {1, 1001}));
    CHECK_FALSE(by_duplicates.prefers_new_data());
    Settings settings;
    settings.frto = false;
    FalseAlarm off = begun(timeout, settings);
    off.on_ack(acknowledges_resend(1001, {1, 1001}));
    CHECK_FALSE(off.prefers_new_data());
}

// --- D-SACK

TEST_CASE("all that was resent is reported twice: nothing was lost [RFC 2883 5] [RFC 3708 2]") {
    FalseAlarm alarm = begun(fast);
    alarm.on_resent({2001, 3001}, 701);
    CHECK_FALSE(alarm.on_ack(reports_twice(5001, {1, 1001})));
    CHECK(alarm.on_ack(reports_twice(5001, {2001, 3001})));
    CHECK(alarm.rule() == Rule::r2883_5);
    CHECK_FALSE(alarm.on_ack(reports_twice(5001, {2001, 3001})));
}

TEST_CASE("reports of other octets do not count [RFC 2883 5]") {
    FalseAlarm alarm;
    alarm.on_loss(Settings{}, fast, true, 1001, 5001);
    alarm.on_resent({1001, 2001}, 700);
    CHECK_FALSE(alarm.on_ack(reports_twice(5001, {1, 1001})));
    CHECK_FALSE(alarm.on_ack(reports_twice(5001, {5001, 6001})));
    CHECK(alarm.on_ack(reports_twice(5001, {1001, 2001})));
}

TEST_CASE("with undo off every loss is believed") {
    Settings settings;
    settings.undo = false;
    FalseAlarm alarm = begun(timeout, settings);
    CHECK_FALSE(alarm.on_ack(reports_twice(1, {1, 1001})));
    CHECK_FALSE(alarm.on_ack(echoes(1001, 1)));
    CHECK_FALSE(alarm.on_ack(acknowledges(2001, {1001, 2001})));
}

}  // namespace
}  // namespace sluice::tcp
