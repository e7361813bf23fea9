#include "host/privileges.h"

#include <fmt/format.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>

namespace sluice::host {
namespace {

using Done = std::expected<void, std::string>;

Done refused(const char* what) {
    return std::unexpected(fmt::format("cannot drop privileges: {}: {}", what, strerrordesc_np(errno)));
}

// The user by name or number; without a name, who called sudo, else nobody.
const passwd* find_user(const std::string& name) {
    if (!name.empty()) {
        if (const passwd* found = getpwnam(name.c_str())) return found;
        uid_t number = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
        return error == std::errc() && *end == '\0' ? getpwuid(number) : nullptr;
    }
    const char* caller = std::getenv("SUDO_USER");
    if (caller && std::strcmp(caller, "root") != 0)
        if (const passwd* found = getpwnam(caller)) return found;
    return getpwnam("nobody");
}

Done become(const passwd& user) {
    const uid_t uid = user.pw_uid;
    const gid_t gid = user.pw_gid;
    if (initgroups(user.pw_name, gid) != 0) return refused("initgroups");
    if (setresgid(gid, gid, gid) != 0) return refused("setresgid");
    if (setresuid(uid, uid, uid) != 0) return refused("setresuid");
    if (setresuid(0, 0, 0) == 0) return std::unexpected("cannot drop privileges: root could be had back");
    return {};
}

Done clear_capabilities() {
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 && errno != EINVAL)
        return refused("ambient");
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
    if (syscall(SYS_capset, &header, none.data()) != 0) return refused("capset");
    return {};
}

}  // namespace

Done drop_privileges(const std::string& user) {
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return refused("no_new_privs");
    if (geteuid() == 0) {
        const passwd* found = find_user(user);
        if (!found) return std::unexpected(fmt::format("no user {}", user.empty() ? "nobody" : user));
        // Choice: whoever asks for root by name keeps root's files, but none of its powers.
        if (found->pw_uid != 0)
            if (const Done done = become(*found); !done) return done;
    }
    return clear_capabilities();
}

}  // namespace sluice::host
