// A coroutine that runs when it is awaited, or when its owner starts it: Task<> work() { co_await ...; }. The Task owns
// the coroutine; destroying it ends the work where it stands, which also withdraws whatever it waits for.
//
// One thread, no allocation besides the coroutine itself.
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace sluice {

template <typename T = void>
class Task;

namespace detail {

struct PromiseBase {
    // Whoever awaited the task goes on when it has ended.
    struct Final {
        bool await_ready() const noexcept { return false; }
        template <typename Promise>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> ended) const noexcept {
            const std::coroutine_handle<> next = ended.promise().waiting;
            return next ? next : std::noop_coroutine();
        }
        void await_resume() const noexcept {}
    };
    std::suspend_always initial_suspend() const noexcept { return {}; }
    Final final_suspend() const noexcept { return {}; }
    void unhandled_exception() { failed = std::current_exception(); }

    std::coroutine_handle<> waiting;
    std::exception_ptr failed;
};

template <typename T>
struct Promise : PromiseBase {
    Task<T> get_return_object();
    template <typename Value>
    void return_value(Value&& made) {
        value.emplace(std::forward<Value>(made));
    }
    T take() {
        if (failed) std::rethrow_exception(failed);
        return std::move(*value);
    }
    std::optional<T> value;
};

template <>
struct Promise<void> : PromiseBase {
    Task<void> get_return_object();
    void return_void() const {}
    void take() const {
        if (failed) std::rethrow_exception(failed);
    }
};

}  // namespace detail

template <typename T>
class [[nodiscard]] Task {
public:
    using promise_type = detail::Promise<T>;
    using Handle = std::coroutine_handle<promise_type>;

    Task() = default;
    explicit Task(Handle handle) : handle_(handle) {}
    Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Task& operator=(Task&& other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~Task() {
        if (handle_) handle_.destroy();
    }

    // For an owner that is no coroutine: runs until the first wait. Once.
    void start() { handle_.resume(); }
    bool is_done() const { return !handle_ || handle_.done(); }
    // What it returned; throws what it threw. Only when done.
    T take() { return handle_.promise().take(); }

    bool await_ready() const { return is_done(); }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiting) {
        handle_.promise().waiting = waiting;
        return handle_;
    }
    T await_resume() { return handle_.promise().take(); }

private:
    Handle handle_;
};

namespace detail {

template <typename T>
Task<T> Promise<T>::get_return_object() {
    return Task<T>(Task<T>::Handle::from_promise(*this));
}
inline Task<void> Promise<void>::get_return_object() {
    return Task<void>(Task<void>::Handle::from_promise(*this));
}

}  // namespace detail

}  // namespace sluice
