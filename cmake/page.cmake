# Writes OUTPUT, a source file that holds the files of PAGE as octets: cmake -DPAGE=... -DOUTPUT=... -P page.cmake
set(text "// Made from apps/common/page by cmake/page.cmake.\n#include \"apps/common/page_files.h\"\n\nnamespace sluice::common {\n")
foreach(pair IN ITEMS style=style.css body=body.html script=page.js)
    string(REGEX MATCH "([a-z]+)=(.*)" ignored "${pair}")
    set(name "${CMAKE_MATCH_1}")
    file(READ "${PAGE}/${CMAKE_MATCH_2}" octets HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," octets "${octets}")
    string(APPEND text "static constexpr char ${name}[] = {${octets}};\n"
        "std::string_view page_${name}() { return {${name}, sizeof ${name}}; }\n")
endforeach()
string(APPEND text "}  // namespace sluice::common\n")
file(WRITE "${OUTPUT}" "${text}")
