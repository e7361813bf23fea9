// Time for coroutines.
//
//   co_await sleep_until(alarms, at);
//   const auto octets = co_await with_deadline(alarms, at, peer.read(room));    // Error::timed_out when `at` comes first
//
// with_deadline() takes any Task. The time over, the task is destroyed where it stands, which withdraws what it waits for;
// nothing that had arrived is lost, but of a write() nobody knows how much has gone.
#pragma once

#include <expected>
#include <optional>
#include <type_traits>
#include <utility>

#include "socket/alarms.h"
#include "socket/error.h"
#include "socket/task.h"

namespace sluice {

namespace detail {

// Resumes a coroutine at an instant; taken back when it goes.
class WakeUp {
public:
    explicit WakeUp(Alarms& alarms) : alarms_(alarms) {}
    WakeUp(const WakeUp&) = delete;
    WakeUp& operator=(const WakeUp&) = delete;
    ~WakeUp() {
        if (alarm_) alarms_.clear(*alarm_);
    }
    void set(Instant at, std::coroutine_handle<> waiting) {
        alarm_ = alarms_.set(at, [waiting] { waiting.resume(); });
    }

private:
    Alarms& alarms_;
    std::optional<Alarms::Id> alarm_;
};

}  // namespace detail

class Sleep final {
public:
    Sleep(Alarms& alarms, Instant at) : is_over_(at <= alarms.now()), at_(at), wake_up_(alarms) {}

    bool await_ready() const { return is_over_; }
    void await_suspend(std::coroutine_handle<> waiting) { wake_up_.set(at_, waiting); }
    void await_resume() const {}

private:
    const bool is_over_;
    const Instant at_;
    detail::WakeUp wake_up_;
};

inline Sleep sleep_until(Alarms& alarms, Instant at) { return {alarms, at}; }

namespace detail {

// What with_deadline() answers for a task that returns T: the same where T can tell an error, else T or nothing.
template <typename T>
struct Timely {
    using Type = std::optional<T>;
    static Type late() { return std::nullopt; }
};
template <>
struct Timely<Error> {
    using Type = Error;
    static Type late() { return Error::timed_out; }
};
template <typename Value>
struct Timely<std::expected<Value, Error>> {
    using Type = std::expected<Value, Error>;
    static Type late() { return std::unexpected(Error::timed_out); }
};
template <>
struct Timely<void> {
    using Type = bool;
    static Type late() { return false; }
};

// A task and an instant; whoever awaits goes on with the first. Answers whether it was the task.
template <typename T>
class Race final {
public:
    Race(Alarms& alarms, Instant at, Task<T>& task) : at_(at), task_(task), wake_up_(alarms) {}

    bool await_ready() const { return task_.is_done(); }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiting) {
        wake_up_.set(at_, waiting);
        return task_.await_suspend(waiting);
    }
    bool await_resume() const { return task_.is_done(); }

private:
    const Instant at_;
    Task<T>& task_;
    WakeUp wake_up_;
};

}  // namespace detail

template <typename T>
Task<typename detail::Timely<T>::Type> with_deadline(Alarms& alarms, Instant at, Task<T> task) {
    // With a name: g++ 12 destroys an awaitable that is a temporary in a condition too early.
    detail::Race<T> race(alarms, at, task);
    const bool is_in_time = co_await race;
    if (!is_in_time) co_return detail::Timely<T>::late();
    if constexpr (std::is_void_v<T>) {
        task.take();
        co_return true;
    } else {
        co_return task.take();
    }
}

}  // namespace sluice
