// Tasks that belong together: who owns the Group starts them, waits for all of them, or ends them all. None outlives it.
//
//   Group sessions;
//   while (auto socket = co_await listener.accept()) sessions.spawn(serve(AsyncTcp(std::move(socket))));
//   // somebody called listener.cancel(): no new ones; those there are may finish, but not for ever
//   if (!co_await with_deadline(stack, at, sessions.join())) sessions.cancel();
#pragma once

#include <list>

#include "base/check.h"
#include "socket/task.h"

namespace sluice {

class Group {
public:
    Group() = default;
    Group(const Group&) = delete;
    Group& operator=(const Group&) = delete;
    ~Group() { cancel(); }

    // Runs it until its first wait.
    void spawn(Task<> task) { run(*this, std::move(task)).handle.resume(); }
    std::size_t size() const { return children_.size(); }
    // Waits until none is left; throws what the first that failed threw. One coroutine joins at a time.
    Task<> join() {
        while (!children_.empty()) co_await Joining(*this);
        if (failed_) std::rethrow_exception(std::exchange(failed_, nullptr));
    }
    // Ends each where it stands, the oldest first; what it held goes with it. Not for a child to call.
    void cancel() {
        while (!children_.empty()) {
            const std::coroutine_handle<> child = children_.front();
            children_.pop_front();
            child.destroy();
        }
        if (joining_) std::exchange(joining_, nullptr).resume();
    }

private:
    // The coroutine around each task: in the list while it lives, and gone by itself.
    struct Child {
        struct promise_type {
            promise_type(Group& of, Task<>&) : group(of) {
                group.children_.push_back(std::coroutine_handle<promise_type>::from_promise(*this));
                place = std::prev(group.children_.end());
            }
            Child get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
            std::suspend_always initial_suspend() const noexcept { return {}; }
            struct Final {
                bool await_ready() const noexcept { return false; }
                std::coroutine_handle<> await_suspend(
                    std::coroutine_handle<promise_type> ended) const noexcept {
                    Group& group = ended.promise().group;
                    group.children_.erase(ended.promise().place);
                    ended.destroy();
                    if (!group.children_.empty() || !group.joining_) return std::noop_coroutine();
                    return std::exchange(group.joining_, nullptr);
                }
                void await_resume() const noexcept {}
            };
            Final final_suspend() const noexcept { return {}; }
            void return_void() const {}
            void unhandled_exception() {
                if (!group.failed_) group.failed_ = std::current_exception();
            }

            Group& group;
            std::list<std::coroutine_handle<>>::iterator place;
        };
        std::coroutine_handle<promise_type> handle;
    };
    static Child run(Group&, Task<> task) { co_await task; }

    class Joining {
    public:
        explicit Joining(Group& group) : group_(group) {}
        Joining(const Joining&) = delete;
        Joining& operator=(const Joining&) = delete;
        ~Joining() {
            if (is_waiting_) group_.joining_ = nullptr;
        }
        bool await_ready() const { return false; }
        void await_suspend(std::coroutine_handle<> waiting) {
            SLUICE_CHECK(!group_.joining_);
            group_.joining_ = waiting;
            is_waiting_ = true;
        }
        void await_resume() { is_waiting_ = false; }

    private:
        Group& group_;
        bool is_waiting_ = false;
    };

    std::list<std::coroutine_handle<>> children_;  // oldest first
    std::coroutine_handle<> joining_;
    std::exception_ptr failed_;
};

}  // namespace sluice
