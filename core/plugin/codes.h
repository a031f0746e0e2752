/* SPDX-License-Identifier: MIT */
/* The stable code of every reason for which a plugin cannot be used. */
#ifndef EZ_PLUGIN_CODES_H
#define EZ_PLUGIN_CODES_H

#include <execz/types.h>

/* P1xx finding and configuring, P2xx trust, P3xx file and link, P4xx ABI, P5xx start, P6xx
 * contract. A code never changes its meaning and is never used again for something else.
 * explain.c says more about each; docs/PLUGINS.md lists them. */
#define EZ_PLUGIN_CODES(X)                                                                         \
    X(UNKNOWN_ALIAS, "P101", EXECZ_E_NOT_FOUND, "no plugin has this alias")                        \
    X(NO_FILE, "P102", EXECZ_E_NOT_FOUND, "the plugin file does not exist")                        \
    X(NOT_ABSOLUTE, "P103", EXECZ_E_INVAL, "a plugin path must be absolute")                       \
    X(AMBIGUOUS_ALIAS, "P104", EXECZ_E_PLUGIN, "two files of one directory have this alias")       \
    X(UNREADABLE, "P105", EXECZ_E_PLUGIN, "the plugin file cannot be read")                        \
    X(NOT_PLAIN, "P106", EXECZ_E_PLUGIN, "a plugin path must not contain '..'")                    \
    X(NO_EXECUTOR, "P107", EXECZ_E_PLUGIN, "the file has no executor of that name")                \
    X(UNKNOWN_OPTION, "P111", EXECZ_E_CONFIG, "the plugin has no such option")                     \
    X(DUPLICATE_OPTION, "P112", EXECZ_E_CONFIG, "an option is set twice")                          \
    X(OPTION_TYPE, "P113", EXECZ_E_CONFIG, "the value is not of the option's type")                \
    X(OPTION_RANGE, "P114", EXECZ_E_CONFIG, "the value is not one the option allows")              \
    X(OPTION_MISSING, "P115", EXECZ_E_CONFIG, "a required option is missing")                      \
    X(WRITABLE, "P201", EXECZ_E_PLUGIN, "everybody may write to the plugin file")                  \
    X(WRONG_OWNER, "P202", EXECZ_E_PLUGIN, "the plugin file belongs to a stranger")                \
    X(CHANGED, "P203", EXECZ_E_PLUGIN, "the file changed after it was found")                      \
    X(NOT_REGULAR, "P204", EXECZ_E_PLUGIN, "the plugin is not a regular file")                     \
    X(TOO_LARGE, "P205", EXECZ_E_PLUGIN, "the plugin file is too large")                           \
    X(GROUP_WRITABLE, "P206", EXECZ_E_PLUGIN, "a group may write to the plugin file")              \
    X(DIRECTORY_WRITABLE, "P207", EXECZ_E_PLUGIN, "others may write to a directory above it")      \
    X(DIRECTORY_OWNER, "P208", EXECZ_E_PLUGIN, "a directory above it belongs to a stranger")       \
    X(SYMBOLIC_LINK, "P209", EXECZ_E_PLUGIN, "the plugin is a symbolic link")                      \
    X(HARD_LINK, "P210", EXECZ_E_PLUGIN, "the plugin file has other names (hard links)")           \
    X(ACCESS_LIST, "P211", EXECZ_E_PLUGIN, "an access control list lets others write")             \
    X(UNCLAIMED, "P212", EXECZ_E_NOT_FOUND, "a missing directory that everybody could make")       \
    X(LOCK_MISSING, "P221", EXECZ_E_PLUGIN, "plugins.lock does not have the alias")                \
    X(LOCK_DIFFERS, "P222", EXECZ_E_PLUGIN, "the file is not the one that plugins.lock has")       \
    X(LOCK_FILE, "P223", EXECZ_E_PLUGIN, "plugins.lock is missing or cannot be used")              \
    X(NOT_ELF, "P301", EXECZ_E_PLUGIN, "not an ELF file")                                          \
    X(WRONG_MACHINE, "P302", EXECZ_E_PLUGIN, "built for another machine")                          \
    X(MALFORMED, "P303", EXECZ_E_PLUGIN, "the file is truncated or malformed")                     \
    X(NO_NOTE, "P304", EXECZ_E_PLUGIN, "no execz note: not an execz plugin")                       \
    X(NO_ENTRY, "P305", EXECZ_E_PLUGIN, "the file does not define its entry function")             \
    X(BAD_MANIFEST, "P306", EXECZ_E_PLUGIN, "the manifest in the file is malformed")               \
    X(WRONG_CLASS, "P307", EXECZ_E_PLUGIN, "not a 64-bit file")                                    \
    X(WRONG_ORDER, "P308", EXECZ_E_PLUGIN, "built for another byte order")                         \
    X(NOT_SHARED, "P309", EXECZ_E_PLUGIN, "an ELF file, but not a shared object")                  \
    X(UNDEFINED_SYMBOL, "P310", EXECZ_E_PLUGIN, "undefined symbol")                                \
    X(MISSING_LIBRARY, "P311", EXECZ_E_PLUGIN, "a library it needs is missing")                    \
    X(STATIC_TLS, "P312", EXECZ_E_PLUGIN, "no room for its thread-local storage")                  \
    X(OLD_LIBRARY, "P313", EXECZ_E_PLUGIN, "a library it needs is too old")                        \
    X(LINK, "P319", EXECZ_E_PLUGIN, "the system's loader refuses it")                              \
    X(BAD_NOTE, "P320", EXECZ_E_PLUGIN, "a note in the file is malformed")                         \
    X(TEXT_RELOCATIONS, "P321", EXECZ_E_PLUGIN, "its code would have to be writable")              \
    X(EXECUTABLE_STACK, "P322", EXECZ_E_PLUGIN, "it asks for an executable stack")                 \
    X(RUN_PATH, "P323", EXECZ_E_PLUGIN, "its run path is relative or not trusted")                 \
    X(LIBRARY, "P324", EXECZ_E_PLUGIN, "a library it brings is not trusted")                       \
    X(GENERATIONS, "P325", EXECZ_E_PLUGIN, "too many versions of it are loaded")                   \
    X(ABI_MAJOR, "P401", EXECZ_E_PLUGIN, "built for another major version of the plugin ABI")      \
    X(ABI_MINOR, "P402", EXECZ_E_PLUGIN, "needs a newer minor version of the plugin ABI")          \
    X(BAD_DESCRIPTOR, "P403", EXECZ_E_PLUGIN, "the descriptor has a wrong magic or size")          \
    X(NOTE_DISAGREES, "P404", EXECZ_E_PLUGIN, "the descriptor disagrees with the note")            \
    X(DECLINED, "P405", EXECZ_E_PLUGIN, "the plugin declined this execz")                          \
    X(UNKNOWN_KIND, "P406", EXECZ_E_PLUGIN, "a kind of plugin that this execz does not know")      \
    X(START, "P501", EXECZ_E_PLUGIN, "the plugin could not start")                                 \
    X(CRASHED, "P502", EXECZ_E_PLUGIN, "the plugin crashed too often in its own process")          \
    X(BAD_OPTIONS, "P601", EXECZ_E_PLUGIN, "the plugin's option table is malformed")               \
    X(MISSING_FUNCTION, "P602", EXECZ_E_PLUGIN, "a required function is missing")

typedef enum ez_plugin_code {
#define EZ_PLUGIN_CODE_NAME(name, code, status, title) EZ_P_##name,
    EZ_PLUGIN_CODES(EZ_PLUGIN_CODE_NAME)
#undef EZ_PLUGIN_CODE_NAME
        EZ_N_PLUGIN_CODES
} ez_plugin_code;

/* The code's text, e.g. "P101"; what it means in a few words. */
const char *ez_plugin_code_text(ez_plugin_code code);
const char *ez_plugin_code_title(ez_plugin_code code);

/* Fills err (which may be NULL) and returns the status that belongs to the code. */
execz_status ez_plugin_fail(execz_error *err, ez_plugin_code code, const char *format, ...)
    EXECZ_PRINTF(3, 4);

#endif
