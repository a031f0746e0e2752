/* SPDX-License-Identifier: MIT */
/**
 * execz/component.h -- the plugin of one component, in one macro.  Included by the header of its kind;
 * nothing else needs it.
 */
#ifndef EXECZ_COMPONENT_H
#define EXECZ_COMPONENT_H

#include <execz/plugin.h>

/** A table that EXECZ_OPTIONS() defines, as a component has it; or none. */
#define EXECZ_TABLE(table) (table), (uint32_t)(sizeof(table) / sizeof((table)[0])), 0
#define EXECZ_NO_TABLE NULL, 0, 0

/** The options of a component that is not an executor: no task has any for it. */
#define EXECZ_COMPONENT_OPTIONS(table) EXECZ_TABLE(table), EXECZ_NO_TABLE
#define EXECZ_COMPONENT_NO_OPTIONS EXECZ_NO_TABLE, EXECZ_NO_TABLE

/**
 * Defines a plugin of one component that is not an executor: its kind, its table of functions, and the
 * options that EXECZ_OPTIONS() has defined, as EXECZ_COMPONENT_OPTIONS() or EXECZ_COMPONENT_NO_OPTIONS.
 */
#define EXECZ_COMPONENT_PLUGIN(KIND, ID, ALIAS, VERSION, SUMMARY, OPS, ...)                        \
    EXECZ_COMPONENT_(KIND, ID, ALIAS, VERSION, SUMMARY, 0, "0", OPS, __VA_ARGS__)

/* What all kinds have: the note, the descriptor with the same words in it, and the entry.  CAPS_TEXT is
 * CAPS as the plugin's author has written it. */
#define EXECZ_COMPONENT_(KIND, ID, ALIAS, VERSION, SUMMARY, CAPS, CAPS_TEXT, OPS, ...)             \
    EXECZ_NOTE("abi=" EXECZ_ABI_TEXT "\0needs_abi=1.0\0id=" ID "\0version=" VERSION "\0kind=" KIND \
               "\0alias=" ALIAS "\0caps=" CAPS_TEXT "\0summary=" SUMMARY);                         \
    static const execz_component execz_component_ = {                                              \
        sizeof(execz_component), (CAPS), KIND, ALIAS, SUMMARY, &(OPS), __VA_ARGS__};               \
    static const execz_component *const execz_components_[] = {&execz_component_};                 \
    static const execz_plugin execz_plugin_ = {EXECZ_PLUGIN_MAGIC,                                 \
                                               sizeof(execz_plugin),                               \
                                               EXECZ_ABI,                                          \
                                               EXECZ_ABI_MAKE(1, 0),                               \
                                               ID,                                                 \
                                               VERSION,                                            \
                                               NULL,                                               \
                                               NULL,                                               \
                                               NULL,                                               \
                                               execz_components_,                                  \
                                               1,                                                  \
                                               0};                                                 \
    const execz_plugin *execz_plugin_entry(uint32_t host_abi)                                      \
    {                                                                                              \
        (void)host_abi;                                                                            \
        return &execz_plugin_;                                                                     \
    }                                                                                              \
    EXECZ_STATIC_ASSERT(1, "takes the semicolon")

#endif
