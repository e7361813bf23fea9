# The tests: doctest executables by kind, checks of the source tree, the installed package, live tests against the
# kernel, fuzz targets with their corpora.

set(tests_dir "${PROJECT_SOURCE_DIR}/tests")

# --- Fuzz targets ------------------------------------------------------------------------------------------------
# With libFuzzer in the fuzz preset; elsewhere with a main() that replays files, so that every finding stays found.

add_custom_target(fuzz_targets)
file(GLOB fuzz_sources CONFIGURE_DEPENDS "${tests_dir}/fuzz/*.cc")
file(GLOB fuzz_support CONFIGURE_DEPENDS "${tests_dir}/fuzz/support/*.cc")
list(REMOVE_ITEM fuzz_support "${tests_dir}/fuzz/support/standalone_main.cc")
add_library(fuzz_replay OBJECT EXCLUDE_FROM_ALL "${tests_dir}/fuzz/support/standalone_main.cc")
sluice_flags(fuzz_replay)
if(fuzz_support)
    add_library(fuzz_support STATIC ${fuzz_support})
    sluice_flags(fuzz_support)
    target_include_directories(fuzz_support PUBLIC "${tests_dir}")
    target_link_libraries(fuzz_support PUBLIC sluice sluice_sim)
endif()

foreach(source IN LISTS fuzz_sources)
    get_filename_component(stem "${source}" NAME_WE)
    add_executable(fuzz_${stem} "${source}")
    sluice_flags(fuzz_${stem})
    target_include_directories(fuzz_${stem} PRIVATE "${tests_dir}")
    target_link_libraries(fuzz_${stem} PRIVATE sluice sluice_sim $<TARGET_NAME_IF_EXISTS:fuzz_support>
        $<TARGET_NAME_IF_EXISTS:sluice_apps>)
    add_dependencies(fuzz_targets fuzz_${stem})
    set(corpus "${tests_dir}/fuzz/corpus/${stem}")
    if(SLUICE_FUZZ)
        target_link_options(fuzz_${stem} PRIVATE -fsanitize=fuzzer)
        add_test(NAME fuzz_corpus_${stem} COMMAND bash -c
            "[ ! -d \"$1\" ] || exec \"$0\" -runs=0 \"$1\"" $<TARGET_FILE:fuzz_${stem}> "${corpus}")
    else()
        target_link_libraries(fuzz_${stem} PRIVATE fuzz_replay)
        add_test(NAME fuzz_corpus_${stem} COMMAND fuzz_${stem} "${corpus}")
    endif()
    set_tests_properties(fuzz_corpus_${stem} PROPERTIES LABELS fuzz TIMEOUT 300)
endforeach()

if(SLUICE_FUZZ)
    return()
endif()

# --- doctest executables -----------------------------------------------------------------------------------------

find_package(doctest REQUIRED)
find_library(TINS_LIBRARY tins REQUIRED)
find_path(TINS_INCLUDE_DIR tins/tins.h REQUIRED)

add_library(test_settings INTERFACE)
target_include_directories(test_settings INTERFACE "${tests_dir}" "${PROJECT_SOURCE_DIR}/stack" "${PROJECT_SOURCE_DIR}")
target_include_directories(test_settings SYSTEM INTERFACE "${TINS_INCLUDE_DIR}")
target_link_libraries(test_settings INTERFACE doctest::doctest fmt::fmt Boost::headers "${TINS_LIBRARY}"
    Threads::Threads)

add_library(doctest_main OBJECT "${tests_dir}/support/doctest_main.cc")
sluice_flags(doctest_main)
target_link_libraries(doctest_main PRIVATE test_settings)

file(GLOB_RECURSE support_sources CONFIGURE_DEPENDS "${tests_dir}/support/*.cc")
list(REMOVE_ITEM support_sources "${tests_dir}/support/doctest_main.cc")
if(NOT support_sources)
    set(support_sources "${PROJECT_BINARY_DIR}/nothing_yet.cc")
endif()
add_library(test_support STATIC ${support_sources})
sluice_flags(test_support)
target_link_libraries(test_support PUBLIC sluice sluice_sim test_settings)

# Tests are compiled once and run for seconds: no optimisation, and the headers they all read only once.
function(sluice_quick target)
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O0>)
    target_precompile_headers(${target} PRIVATE <doctest/doctest.h> <fmt/format.h>
        "${PROJECT_SOURCE_DIR}/stack/stack.h")
endfunction()

set(all_libraries test_support sluice_posix sluice_host sluice_sim sluice $<TARGET_NAME_IF_EXISTS:sluice_apps>)

# unit: one executable for all, and for each folder a small one (unit_base, unit_wire, ...) that links only that
# folder and the ones below it. The small ones are for work on one part and are not built unless asked for.
set(unit_objects)
file(GLOB_RECURSE unit_sources CONFIGURE_DEPENDS RELATIVE "${tests_dir}/unit" "${tests_dir}/unit/*.cc")
set(unit_folders)
foreach(source IN LISTS unit_sources)
    string(REGEX REPLACE "/.*" "" folder "${source}")
    if(folder STREQUAL source)
        set(folder stack)  # tests/unit/x.cc mirrors stack/x.cc
    endif()
    list(APPEND unit_folders ${folder})
    list(APPEND unit_sources_${folder} "${tests_dir}/unit/${source}")
endforeach()
list(REMOVE_DUPLICATES unit_folders)
foreach(folder IN LISTS unit_folders)
    add_library(unit_objects_${folder} OBJECT ${unit_sources_${folder}})
    sluice_flags(unit_objects_${folder})
    target_link_libraries(unit_objects_${folder} PRIVATE test_settings
        $<TARGET_NAME_IF_EXISTS:sluice_apps>)
    list(LENGTH unit_sources_${folder} count)
    if(count GREATER 4)
        sluice_quick(unit_objects_${folder})
    endif()
    if(folder STREQUAL posix)  # threads and the real clock: a program of its own
        add_executable(posix_tests $<TARGET_OBJECTS:unit_objects_posix> $<TARGET_OBJECTS:doctest_main>)
        target_link_libraries(posix_tests PRIVATE sluice_posix sluice_sim test_settings)
        add_test(NAME posix_tests COMMAND posix_tests)
        set_tests_properties(posix_tests PROPERTIES LABELS unit TIMEOUT 300)
        continue()
    endif()
    list(APPEND unit_objects $<TARGET_OBJECTS:unit_objects_${folder}>)
    list(FIND sluice_core_parts ${folder} place)
    if(place GREATER_EQUAL 0)
        add_executable(unit_${folder} EXCLUDE_FROM_ALL $<TARGET_OBJECTS:unit_objects_${folder}>
            $<TARGET_OBJECTS:doctest_main>)
        target_link_libraries(unit_${folder} PRIVATE test_settings)
        foreach(at RANGE ${place})
            list(GET sluice_core_parts ${at} below)
            if(TARGET part_${below})
                target_sources(unit_${folder} PRIVATE $<TARGET_OBJECTS:part_${below}>)
            endif()
        endforeach()
    endif()
endforeach()
if(unit_objects)
    add_executable(unit_tests ${unit_objects} $<TARGET_OBJECTS:doctest_main>)
    target_link_libraries(unit_tests PRIVATE ${all_libraries})
    add_test(NAME unit_tests COMMAND unit_tests)
    set_tests_properties(unit_tests PROPERTIES LABELS unit TIMEOUT 300)
endif()

foreach(kind IN ITEMS script exhaustive sim)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${tests_dir}/${kind}/*.cc")
    if(sources)
        add_executable(${kind}_tests ${sources} $<TARGET_OBJECTS:doctest_main>)
        sluice_flags(${kind}_tests)
        sluice_quick(${kind}_tests)
        target_link_libraries(${kind}_tests PRIVATE ${all_libraries})
        add_test(NAME ${kind}_tests COMMAND ${kind}_tests)
        set_tests_properties(${kind}_tests PROPERTIES LABELS ${kind} TIMEOUT 600)
    endif()
endforeach()

# sluice-sim: fresh seeds in every run, and every way in which the first frames of small exchanges can go.
if(TARGET sluice-sim)
    add_test(NAME sim_fresh_seeds COMMAND sluice-sim --seeds 2000)
    add_test(NAME sim_plan COMMAND sluice-sim --file "${tests_dir}/sim/plans/train.plan" --seeds 20)
    add_test(NAME gallery COMMAND ${CMAKE_SOURCE_DIR}/scripts/gallery --bin $<TARGET_FILE_DIR:sluice-sim> --check)
    foreach(scenario IN ITEMS handshake transfer close close-at-once crossing abort)
        add_test(NAME exhaustive_${scenario} COMMAND sluice-sim --scenario ${scenario} --exhaustive 4)
    endforeach()
    set_tests_properties(sim_fresh_seeds sim_plan exhaustive_handshake exhaustive_transfer exhaustive_close
        exhaustive_close-at-once exhaustive_crossing exhaustive_abort PROPERTIES LABELS sim TIMEOUT 300)
endif()

# packetdrill's plug-in, loaded and used as the tool does.
if(TARGET sluice-packetdrill)
    file(GLOB packetdrill_sources CONFIGURE_DEPENDS "${tests_dir}/packetdrill/*.cc")
    add_executable(packetdrill_tests ${packetdrill_sources} $<TARGET_OBJECTS:doctest_main>)
    sluice_flags(packetdrill_tests)
    target_compile_definitions(packetdrill_tests PRIVATE SLUICE_PACKETDRILL="$<TARGET_FILE:sluice-packetdrill>")
    target_link_libraries(packetdrill_tests PRIVATE test_settings ${CMAKE_DL_LIBS})
    add_dependencies(packetdrill_tests sluice-packetdrill)
    add_test(NAME packetdrill_tests COMMAND packetdrill_tests)
    set_tests_properties(packetdrill_tests PROPERTIES LABELS unit TIMEOUT 120)
endif()

# The full search (scripts/planted) takes long and is for hands; the patches must not rot.
add_test(NAME planted_faults_apply COMMAND "${PROJECT_SOURCE_DIR}/scripts/planted" --check)
set_tests_properties(planted_faults_apply PROPERTIES LABELS source)

# The state machine as a model: its table is the code's, and spin goes through all it can do.
add_test(NAME model_table COMMAND "${tests_dir}/model/compare")
add_test(NAME model_check COMMAND "${tests_dir}/model/check")
set_tests_properties(model_table model_check PROPERTIES LABELS model TIMEOUT 300 SKIP_RETURN_CODE 77)

# The exam of the HTTP server is a file that the live test reads too.
set_source_files_properties("${tests_dir}/unit/apps/http/request_exam_test.cc" PROPERTIES
    COMPILE_DEFINITIONS SLUICE_HTTP_CASES="${tests_dir}/http/cases.txt")

# twice: one program text compiled against the kernel's sockets and against ours; both must print the same.
file(GLOB twice_sources CONFIGURE_DEPENDS "${tests_dir}/twice/*.cc")
foreach(source IN LISTS twice_sources)
    get_filename_component(stem "${source}" NAME_WE)
    add_executable(twice_${stem}_kernel "${source}" "${tests_dir}/twice/support/kernel.cc")
    add_executable(twice_${stem}_sluice "${source}" "${tests_dir}/twice/support/sluice.cc")
    target_compile_definitions(twice_${stem}_sluice PRIVATE TWICE_SLUICE)
    foreach(which IN ITEMS kernel sluice)
        sluice_flags(twice_${stem}_${which})
        target_link_libraries(twice_${stem}_${which} PRIVATE sluice_posix sluice_sim test_settings)
    endforeach()
    add_test(NAME twice_${stem} COMMAND "${tests_dir}/twice/support/compare"
        $<TARGET_FILE:twice_${stem}_kernel> $<TARGET_FILE:twice_${stem}_sluice>)
    set_tests_properties(twice_${stem} PROPERTIES LABELS unit TIMEOUT 60)
endforeach()

# --- The source tree ---------------------------------------------------------------------------------------------

add_test(NAME layers COMMAND "${PROJECT_SOURCE_DIR}/scripts/check_layers")
add_test(NAME layers_checker COMMAND "${PROJECT_SOURCE_DIR}/scripts/check_layers" --self-test)
add_test(NAME sockets_doc COMMAND "${PROJECT_SOURCE_DIR}/scripts/check_sockets_doc")
set_tests_properties(layers layers_checker sockets_doc PROPERTIES LABELS source)

if(NOT SLUICE_SANITIZE AND NOT SLUICE_COVERAGE)
    add_test(NAME core_has_no_globals COMMAND "${PROJECT_SOURCE_DIR}/scripts/check_globals" $<TARGET_FILE:sluice>
        $<TARGET_FILE:sluice_sim>)
    set_tests_properties(core_has_no_globals PROPERTIES LABELS source)

    # Every header compiles alone, and twice.
    file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE "${PROJECT_SOURCE_DIR}/stack"
        "${PROJECT_SOURCE_DIR}/stack/*.h")
    set(alone)
    foreach(header IN LISTS headers)
        set(unit "${PROJECT_BINARY_DIR}/headers_alone/${header}.cc")
        file(CONFIGURE OUTPUT "${unit}" CONTENT "#include \"${header}\"\n#include \"${header}\"\n")
        list(APPEND alone "${unit}")
    endforeach()
    if(alone)
        add_library(headers_alone OBJECT EXCLUDE_FROM_ALL ${alone})
        sluice_common(headers_alone)
        target_compile_options(headers_alone PRIVATE -O0)
        add_test(NAME headers_compile_alone
            COMMAND "${CMAKE_COMMAND}" --build "${PROJECT_BINARY_DIR}" --target headers_alone)
        set_tests_properties(headers_compile_alone PROPERTIES LABELS source PROCESSORS 2 TIMEOUT 600)
    endif()

    # Instructions per segment against the golden figures: exact where the compiler is theirs.
    find_program(VALGRIND valgrind)
    if(TARGET segment_cost AND VALGRIND AND CMAKE_BUILD_TYPE STREQUAL "Release" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        add_test(NAME instructions_per_segment COMMAND "${PROJECT_SOURCE_DIR}/scripts/bench_costs" --bin
            $<TARGET_FILE_DIR:segment_cost>)
        set_tests_properties(instructions_per_segment PROPERTIES LABELS bench TIMEOUT 120 SKIP_RETURN_CODE 77)
    endif()

    # A project that finds the installed package, links it and runs.
    add_test(NAME install_consumer COMMAND "${tests_dir}/install/run" "${PROJECT_BINARY_DIR}" "${CMAKE_COMMAND}"
        "${CMAKE_CXX_COMPILER}" "${tests_dir}/install/consumer")
    set_tests_properties(install_consumer PROPERTIES LABELS install TIMEOUT 300)
endif()

# --- Live: scripts that meet the kernel over a TAP ---------------------------------------------------------------

file(GLOB live_scripts CONFIGURE_DEPENDS "${tests_dir}/live/test_*")
foreach(script IN LISTS live_scripts)
    get_filename_component(name "${script}" NAME_WE)
    string(REGEX REPLACE "^test_" "" name "${name}")
    execute_process(COMMAND test -x "${script}" RESULT_VARIABLE not_executable)
    if(not_executable)
        continue()
    endif()
    add_test(NAME live_${name} COMMAND "${script}")
    set_tests_properties(live_${name} PROPERTIES LABELS live RUN_SERIAL ON TIMEOUT 300 SKIP_RETURN_CODE 77
        ENVIRONMENT "SLUICE_BIN=${PROJECT_BINARY_DIR}/bin")
endforeach()

# --- The pages: the report and the live page in a headless browser -----------------------------------------------

add_executable(page_traces "${tests_dir}/page/traces.cc")
sluice_flags(page_traces)
target_link_libraries(page_traces PRIVATE sluice)
add_test(NAME qlog_schema_checker COMMAND "${tests_dir}/page/check_qlog" --self-test)
add_test(NAME qlog_schema COMMAND sh -c
    "mkdir -p qlog_schema && \"$0\" qlog_schema && \"$1\" qlog_schema/client.qlog qlog_schema/server.qlog"
    $<TARGET_FILE:page_traces> "${tests_dir}/page/check_qlog")
set_tests_properties(qlog_schema qlog_schema_checker PROPERTIES LABELS page TIMEOUT 60)

add_test(NAME page_bundle COMMAND npm run --silent check WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}/apps/common/page")
set_tests_properties(page_bundle PROPERTIES LABELS "page;source" TIMEOUT 120)
# Sanitizers make the programs slow, not the page.
if(NOT SLUICE_SANITIZE AND NOT SLUICE_COVERAGE)
    add_test(NAME page_report COMMAND node "${tests_dir}/page/report.mjs" "${PROJECT_BINARY_DIR}/bin"
        "${PROJECT_BINARY_DIR}/page_report")
    set_tests_properties(page_report PROPERTIES LABELS page RUN_SERIAL ON TIMEOUT 300)
endif()
