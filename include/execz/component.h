/* SPDX-License-Identifier: MIT */
/**
 * execz/component.h -- the plugin of one component that is not an executor, in one macro.  Included by
 * the header of its kind; nothing else needs it.
 */
#ifndef EXECZ_COMPONENT_H
#define EXECZ_COMPONENT_H

#include <execz/plugin.h>

/**
 * Defines a plugin of one component that is not an executor: its kind, its table of functions, and the
 * options that EXECZ_OPTIONS() has defined, as EXECZ_COMPONENT_OPTIONS() or EXECZ_COMPONENT_NO_OPTIONS.
 */
#define EXECZ_COMPONENT_OPTIONS(table)                                                             \
    (table), (uint32_t)(sizeof(table) / sizeof((table)[0])), 0, NULL, 0, 0
#define EXECZ_COMPONENT_NO_OPTIONS NULL, 0, 0, NULL, 0, 0
#define EXECZ_COMPONENT_PLUGIN(KIND, ID, ALIAS, VERSION, SUMMARY, OPS, ...)                        \
    EXECZ_NOTE("abi=" EXECZ_ABI_TEXT "\0needs_abi=1.0\0id=" ID "\0version=" VERSION "\0kind=" KIND \
               "\0alias=" ALIAS "\0caps=0\0summary=" SUMMARY);                                     \
    static const execz_component execz_component_ = {                                              \
        sizeof(execz_component), 0, KIND, ALIAS, SUMMARY, &(OPS), __VA_ARGS__};                    \
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
