#include "tcp/state.h"

#include <doctest/doctest.h>

#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace sluice::tcp {
namespace {

using enum State;
using Pair = std::pair<State, State>;

// Every pair of states that may follow each other, with the project's decisions in force: states.md 8.
const std::set<Pair> legal{
    {closed, listen},          {closed, syn_sent},         {closed, syn_received},
    {closed, established},     {listen, closed},           {syn_sent, established},
    {syn_sent, syn_received},  {syn_sent, closed},         {syn_received, established},
    {syn_received, closed},    {syn_received, fin_wait_1}, {established, fin_wait_1},
    {established, close_wait}, {established, closed},      {fin_wait_1, fin_wait_2},
    {fin_wait_1, closing},     {fin_wait_1, time_wait},    {fin_wait_1, closed},
    {fin_wait_2, time_wait},   {fin_wait_2, closed},       {close_wait, last_ack},
    {close_wait, closed},      {closing, time_wait},       {closing, closed},
    {last_ack, closed},        {time_wait, closed},        {time_wait, syn_received},
};

std::set<Pair> in_the_table() {
    std::set<Pair> pairs;
    for (const Edge& edge : edges) pairs.emplace(edge.from, edge.to);
    return pairs;
}

template <typename Visit>
void every_state(Visit visit) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(count_); ++i) visit(static_cast<State>(i));
}
template <typename Visit>
void every_event(Visit visit) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(Event::count_); ++i) visit(static_cast<Event>(i));
}

TEST_CASE("the table leads exactly where the list of legal transitions says [RFC 9293 3.3.2, figure 5]") {
    REQUIRE(legal.size() == 27);
    // FIN-WAIT-1 to TIME-WAIT (T35) is walked in its two steps, by way of FIN-WAIT-2.
    std::set<Pair> expected = legal;
    expected.erase({fin_wait_1, time_wait});
    CHECK(in_the_table() == expected);
    CHECK(arrow(fin_wait_1, Event::ack_of_fin) == fin_wait_2);
    CHECK(arrow(fin_wait_2, Event::fin_arrives) == time_wait);
}

TEST_CASE("an event leads from a state to one place only") {
    std::map<std::pair<State, Event>, State> seen;
    for (const Edge& edge : edges) CHECK(seen.emplace(std::pair(edge.from, edge.event), edge.to).second);
}

TEST_CASE("every pair of state and event has its arrow or none, and nothing else [RFC 9293 3.10]") {
    std::size_t arrows = 0;
    every_state([&](State from) {
        every_event([&](Event event) {
            const auto to = arrow(from, event);
            if (!to) return;
            ++arrows;
            CHECK(legal.contains({from, *to}));
            CHECK(after(from, event) == *to);
        });
    });
    CHECK(arrows == std::size(edges));
}

TEST_CASE("the transitions that wrong implementations make are not in the table [RFC 9293 3.3.2]") {
    for (const Pair& wrong :
         std::set<Pair>{{established, time_wait}, {established, last_ack},   {established, closing},
                        {fin_wait_1, last_ack},   {fin_wait_1, close_wait},  {fin_wait_2, closing},
                        {fin_wait_2, last_ack},   {fin_wait_2, close_wait},  {close_wait, time_wait},
                        {close_wait, fin_wait_1}, {close_wait, closing},     {closing, fin_wait_2},
                        {closing, last_ack},      {last_ack, time_wait},     {time_wait, established},
                        {time_wait, fin_wait_2},  {syn_sent, listen},        {syn_sent, close_wait},
                        {listen, established},    {syn_received, syn_sent},  {listen, syn_received},
                        {listen, syn_sent},       {syn_received, close_wait}})
        CHECK_FALSE(in_the_table().contains(wrong));
    for (const auto& [from, to] : in_the_table())
        if (to == established) CHECK((from == syn_sent || from == syn_received || from == closed));
}

TEST_CASE("opening: calls, SYN, SYN,ACK and ACK [MUST-10] [RFC 9293 3.5]") {
    CHECK(after(closed, Event::passive_open) == listen);
    CHECK(after(closed, Event::active_open) == syn_sent);
    CHECK(after(closed, Event::syn_admitted) == syn_received);
    CHECK(after(closed, Event::cookie_valid) == established);
    CHECK(after(syn_sent, Event::syn_acked) == established);
    CHECK(after(syn_sent, Event::syn_arrives) == syn_received);
    CHECK(after(syn_received, Event::ack_of_syn) == established);
    CHECK(after(time_wait, Event::syn_reuses) == syn_received);
}

TEST_CASE("closing: our FIN, the peer's FIN, and the ACK of ours, in every order [RFC 9293 3.6]") {
    CHECK(after(established, Event::close_call) == fin_wait_1);
    CHECK(after(syn_received, Event::close_call) == fin_wait_1);
    CHECK(after(fin_wait_1, Event::ack_of_fin) == fin_wait_2);
    CHECK(after(fin_wait_1, Event::fin_arrives) == closing);
    CHECK(after(fin_wait_2, Event::fin_arrives) == time_wait);
    CHECK(after(closing, Event::ack_of_fin) == time_wait);
    CHECK(after(established, Event::fin_arrives) == close_wait);
    CHECK(after(close_wait, Event::fin_sent) == last_ack);
    CHECK(after(last_ack, Event::ack_of_fin) == closed);
    CHECK(after(time_wait, Event::time_wait_over) == closed);
}

TEST_CASE(
    "a reset, ABORT and the user timeout end every state that has a connection [RFC 9293 3.10.5, 3.10.7.4, "
    "3.10.8]") {
    for (const State state :
         {syn_received, established, fin_wait_1, fin_wait_2, close_wait, closing, last_ack, time_wait})
        CHECK(arrow(state, Event::reset_arrives) == closed);
    for (const State state : {listen, syn_sent, syn_received, established, fin_wait_1, fin_wait_2, close_wait,
                              closing, last_ack, time_wait})
        CHECK(arrow(state, Event::abort_call) == closed);
    for (const State state :
         {syn_sent, syn_received, established, fin_wait_1, fin_wait_2, close_wait, closing, last_ack})
        CHECK(arrow(state, Event::user_timeout) == closed);
    // SYN-SENT knows no sequence number to compare: a reset there is a refusal of its own.
    CHECK_FALSE(arrow(syn_sent, Event::reset_arrives));
    CHECK(arrow(syn_sent, Event::refused) == closed);
    // In TIME-WAIT the timer is off.
    CHECK_FALSE(arrow(time_wait, Event::user_timeout));
    CHECK_FALSE(arrow(closed, Event::reset_arrives));
    CHECK_FALSE(arrow(listen, Event::reset_arrives));
}

TEST_CASE("a second FIN or CLOSE moves nothing [U-27] [RFC 9293 3.10.4, 3.10.7.4]") {
    for (const State state : {fin_wait_1, fin_wait_2, closing, last_ack, time_wait})
        CHECK_FALSE(arrow(state, Event::close_call));
    for (const State state : {close_wait, closing, last_ack, time_wait})
        CHECK_FALSE(arrow(state, Event::fin_arrives));
}

TEST_CASE("the synchronized states are those from ESTABLISHED on [RFC 9293 3.4.1]") {
    for (const State state : {closed, listen, syn_sent, syn_received}) CHECK_FALSE(is_synchronized(state));
    for (const State state : {established, fin_wait_1, fin_wait_2, close_wait, closing, last_ack, time_wait})
        CHECK(is_synchronized(state));
}

TEST_CASE("text is taken in ESTABLISHED, FIN-WAIT-1 and FIN-WAIT-2 only [RFC 9293 3.10.7.4]") {
    every_state([](State state) {
        CHECK(takes_text(state) == (state == established || state == fin_wait_1 || state == fin_wait_2));
    });
}

TEST_CASE("data or a FIN may still have to leave until our FIN is acknowledged [RFC 9293 3.10.4]") {
    every_state([](State state) {
        const bool expected = state == established || state == close_wait || state == fin_wait_1 ||
                              state == closing || state == last_ack;
        CHECK(may_transmit(state) == expected);
    });
}

TEST_CASE("SEND answers \"connection closing\" after our CLOSE [RFC 9293 3.10.2]") {
    every_state([](State state) {
        const bool expected = state == fin_wait_1 || state == fin_wait_2 || state == closing ||
                              state == last_ack || state == time_wait;
        CHECK(is_write_closed(state) == expected);
    });
}

}  // namespace
}  // namespace sluice::tcp
