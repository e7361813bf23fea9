// The sections of RFCs that decisions cite in the trace. A row: name, how it is printed.
#pragma once

#include <cstdint>
#include <string_view>

#define SLUICE_RULES(X)                   \
    X(none, "")                           \
    X(project, "project")                 \
    X(r9293_3_1, "RFC9293 3.1")           \
    X(r9293_3_5, "RFC9293 3.5")           \
    X(r9293_3_5_2, "RFC9293 3.5.2")       \
    X(r9293_3_6, "RFC9293 3.6")           \
    X(r9293_3_6_1, "RFC9293 3.6.1")       \
    X(r9293_3_7_4, "RFC9293 3.7.4")       \
    X(r9293_3_8_1, "RFC9293 3.8.1")       \
    X(r9293_3_8_3, "RFC9293 3.8.3")       \
    X(r9293_3_8_4, "RFC9293 3.8.4")       \
    X(r9293_3_8_5, "RFC9293 3.8.5")       \
    X(r9293_3_8_6, "RFC9293 3.8.6")       \
    X(r9293_3_8_6_1, "RFC9293 3.8.6.1")   \
    X(r9293_3_8_6_2, "RFC9293 3.8.6.2")   \
    X(r9293_3_8_6_3, "RFC9293 3.8.6.3")   \
    X(r9293_3_9_2_2, "RFC9293 3.9.2.2")   \
    X(r9293_3_10_1, "RFC9293 3.10.1")     \
    X(r9293_3_10_2, "RFC9293 3.10.2")     \
    X(r9293_3_10_3, "RFC9293 3.10.3")     \
    X(r9293_3_10_4, "RFC9293 3.10.4")     \
    X(r9293_3_10_5, "RFC9293 3.10.5")     \
    X(r9293_3_10_7_1, "RFC9293 3.10.7.1") \
    X(r9293_3_10_7_2, "RFC9293 3.10.7.2") \
    X(r9293_3_10_7_3, "RFC9293 3.10.7.3") \
    X(r9293_3_10_7_4, "RFC9293 3.10.7.4") \
    X(r9293_3_10_8, "RFC9293 3.10.8")     \
    X(r6298_2, "RFC6298 2")               \
    X(r6298_5, "RFC6298 5")               \
    X(r6298_5_5, "RFC6298 5.5")           \
    X(r5681_3_1, "RFC5681 3.1")           \
    X(r5681_3_2, "RFC5681 3.2")           \
    X(r5681_4_1, "RFC5681 4.1")           \
    X(r5681_4_2, "RFC5681 4.2")           \
    X(r6582_3_2, "RFC6582 3.2")           \
    X(r3042_2, "RFC3042 2")               \
    X(r6928_2, "RFC6928 2")               \
    X(r7323_3_2, "RFC7323 3.2")           \
    X(r7323_4_1, "RFC7323 4.1")           \
    X(r7323_5_3, "RFC7323 5.3")           \
    X(r5961_3_2, "RFC5961 3.2")           \
    X(r5961_4_2, "RFC5961 4.2")           \
    X(r5961_5_2, "RFC5961 5.2")           \
    X(r6191_2, "RFC6191 2")               \
    X(r5927_5_2, "RFC5927 5.2")           \
    X(r1191_3, "RFC1191 3")               \
    X(r4987_3_6, "RFC4987 3.6")           \
    X(r3522_3_2, "RFC3522 3.2")           \
    X(r5682_2_1, "RFC5682 2.1")           \
    X(r2883_4, "RFC2883 4")               \
    X(r2883_5, "RFC2883 5")               \
    X(r2018_8, "RFC2018 8")               \
    X(r8985_7_4, "RFC8985 7.4")           \
    X(r2018_4, "RFC2018 4")               \
    X(r6675_5, "RFC6675 5")               \
    X(r8985_6_2, "RFC8985 6.2")           \
    X(r8985_7_3, "RFC8985 7.3")           \
    X(r9937_6_2, "RFC9937 6.2")           \
    X(r9438_4, "RFC9438 4")

namespace sluice {

enum class Rule : std::uint16_t {
#define SLUICE_RULE_NAME(name, text) name,
    SLUICE_RULES(SLUICE_RULE_NAME)
#undef SLUICE_RULE_NAME
        count_
};

std::string_view text_of(Rule);

}  // namespace sluice
