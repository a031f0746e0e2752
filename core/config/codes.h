/* SPDX-License-Identifier: MIT */
/* The stable code of everything that can be wrong in a configuration. */
#ifndef EZ_CONFIG_CODES_H
#define EZ_CONFIG_CODES_H

#include "base/report.h"

/* C1xx reading, C2xx sections and keys, C3xx values, C4xx references.  A code never changes its
 * meaning and is never used again for something else.  docs/CONFIG.md lists them. */
#define EZ_CONFIG_CODES(X)                                                                         \
    X(UNREADABLE, "C101", "a file or directory cannot be read")                                    \
    X(FILE_TOO_LARGE, "C102", "the file is too large")                                             \
    X(LINE_TOO_LONG, "C103", "the line is too long")                                               \
    X(TOO_MANY_SECTIONS, "C104", "there are too many sections")                                    \
    X(TOO_MANY_PROBLEMS, "C105", "there are too many problems to go on")                           \
    X(NUL_BYTE, "C106", "a NUL byte")                                                              \
    X(CONTROL_CHARACTER, "C107", "a control character")                                            \
    X(NOT_UTF8, "C108", "not UTF-8")                                                               \
    X(OUTSIDE_SECTION, "C109", "text outside of a section")                                        \
    X(NO_EQUALS, "C110", "a line without '='")                                                     \
    X(NO_KEY, "C111", "a line without a key")                                                      \
    X(OPEN_BRACKET, "C112", "a '[' without its ']'")                                               \
    X(AFTER_BRACKET, "C113", "text after a section's ']'")                                         \
    X(NO_SECTION_NAME, "C114", "a section without a name")                                         \
    X(SECTION_TWICE, "C115", "a section stands twice in one file")                                 \
    X(KEY_TWICE, "C116", "a key is set twice in one file")                                         \
    X(OPEN_CONTINUATION, "C117", "the file ends where a value should go on")                       \
    X(BAD_DOTTED_KEY, "C118", "a dotted key that is not complete")                                 \
    X(UNKNOWN_SECTION, "C201", "there is no such section")                                         \
    X(UNKNOWN_KEY, "C202", "the section has no such key")                                          \
    X(SECTION_NAME, "C203", "a name is missing, or one too many")                                  \
    X(BAD_ID, "C204", "a name that is not allowed")                                                \
    X(MISSING_KEY, "C205", "a required key is missing")                                            \
    X(CONFLICTING_KEYS, "C206", "keys that exclude each other")                                    \
    X(KEY_NOT_FOR_BODY, "C207", "a key that this kind of task does not have")                      \
    X(NOT_IN_VERSION, "C208", "not in this version")                                               \
    X(EMPTY_VALUE, "C301", "a value is missing")                                                   \
    X(BAD_NUMBER, "C302", "not a whole number that is allowed")                                    \
    X(BAD_DURATION, "C303", "not a duration that is allowed")                                      \
    X(BAD_SIZE, "C304", "not a size that is allowed")                                              \
    X(BAD_CHOICE, "C305", "not one of the words that are allowed")                                 \
    X(BAD_TIMEZONE, "C306", "not a time zone")                                                     \
    X(BAD_TRIGGER, "C307", "not a trigger")                                                        \
    X(BAD_COMMAND, "C308", "not a command line")                                                   \
    X(BAD_ARGS, "C309", "not a JSON object")                                                       \
    X(BAD_FUNCTION, "C310", "not a function's name")                                               \
    X(BAD_PATH, "C311", "not a path")                                                              \
    X(BAD_ENV_NAME, "C312", "not the name of an environment variable")                             \
    X(BAD_ADDRESS, "C313", "not an address with a port")                                           \
    X(UNKNOWN_EXECUTOR, "C401", "there is no such executor")                                       \
    X(NO_DEFAULT_EXECUTOR, "C402", "a task needs the default executor, and there is none")         \
    X(WRONG_EXECUTOR, "C403", "the executor does not run such tasks")

typedef enum ez_config_code {
#define EZ_CONFIG_CODE_NAME(name, text, title) EZ_C_##name,
    EZ_CONFIG_CODES(EZ_CONFIG_CODE_NAME)
#undef EZ_CONFIG_CODE_NAME
        EZ_N_CONFIG_CODES
} ez_config_code;

/* The code's text, e.g. "C101"; what it means in a few words. */
const char *ez_config_code_text(ez_config_code code);
const char *ez_config_code_title(ez_config_code code);

/* Adds a problem to report. */
void ez_config_problem(ez_report *report, ez_place place, ez_config_code code, const char *format,
                       ...) EXECZ_PRINTF(4, 5);

/* "FILE:LINE:COLUMN", as far as it is known.  Caller frees, as the next. */
char *ez_place_format(ez_place place);

/* "FILE:LINE:COLUMN: message [CODE]"; the code stands at the end of the first line. */
char *ez_problem_format(const ez_problem *problem);

#endif
