/* SPDX-License-Identifier: MIT */
/**
 * execz/option.h -- what a plugin says about itself in its file: options and facts.
 *
 * Both are data that tools read from the file without running any of it.  Part of the plugin ABI;
 * <execz/plugin.h> says the rules of layout, ownership and threads.
 */
#ifndef EXECZ_OPTION_H
#define EXECZ_OPTION_H

#include <execz/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- options -------------------------------------------------------------------------------- */

#define EXECZ_OPTION_STRING 1u
#define EXECZ_OPTION_INT 2u /* allowed: "1..1000", "1.." */
#define EXECZ_OPTION_BOOL 3u
#define EXECZ_OPTION_DURATION 4u /* allowed: "1s..1h" */
#define EXECZ_OPTION_SIZE 5u     /* allowed: "1KiB..1GiB" */
#define EXECZ_OPTION_PATH 6u     /* made absolute against the configuration file's directory */
#define EXECZ_OPTION_CHOICE 7u   /* allowed: "fast|safe" */

#define EXECZ_OPTION_REQUIRED 1u
#define EXECZ_OPTION_SECRET 2u     /* never printed or logged */
#define EXECZ_OPTION_RELOADABLE 4u /* a reload applies it without a restart */

/**
 * One option, declared as data: the host checks what the operator wrote before start() is called,
 * and tools read the same bytes from the file without running it.  Hence no pointers: text in
 * place, terminated.
 */
typedef struct execz_option {
    uint32_t size;          /* sizeof(execz_option); EXECZ_OPTION() sets it */
    uint32_t type;          /* EXECZ_OPTION_STRING to EXECZ_OPTION_CHOICE */
    uint32_t flags;         /* EXECZ_OPTION_REQUIRED, _SECRET, _RELOADABLE */
    uint32_t reserved;      /* 0 */
    char name[32];          /* lower case, digits and '_' */
    char default_value[64]; /* as the operator would write it; empty: none */
    char allowed[112];      /* range or choices, see the types; empty: anything of the type */
    char help[160];         /* one sentence for the operator */
} execz_option;

/** One element of an option table: EXECZ_OPTION(INT, 0, "max_workers", "10", "1..1000", "..."). */
#define EXECZ_OPTION(TYPE, FLAGS, NAME, DEFAULT, ALLOWED, HELP)                                    \
    {                                                                                              \
        sizeof(execz_option), EXECZ_OPTION_##TYPE, (FLAGS), 0, NAME, DEFAULT, ALLOWED, HELP        \
    }

/* ---- facts in the file ---------------------------------------------------------------------- */

/*
 * ELF notes named "execz" in section .note.execz, which tools read without running the plugin:
 *   type 1  text "key=value", each ended by NUL: abi, needs_abi, id, version, kind, alias, caps,
 *   summary type 2  alias[64], then execz_option records: the options of that component
 *   type 3  the same for its task options
 */
#define EXECZ_NOTE_MANIFEST 1u
#define EXECZ_NOTE_OPTIONS 2u
#define EXECZ_NOTE_TASK_OPTIONS 3u

#define EXECZ_PASTE_(a, b) a##b
#define EXECZ_PASTE(a, b) EXECZ_PASTE_(a, b)
#define EXECZ_TEXT_(a) #a
#define EXECZ_TEXT(a) EXECZ_TEXT_(a)
#define EXECZ_IN_NOTE __attribute__((section(".note.execz"), aligned(4), used))

/** Writes the manifest; text is "key=value\0key=value". */
#define EXECZ_NOTE(text)                                                                           \
    EXECZ_IN_NOTE static const struct {                                                            \
        uint32_t name_size, text_size, type;                                                       \
        char name[8];                                                                              \
        char body[(sizeof(text) + 3) & ~(size_t)3];                                                \
    } EXECZ_PASTE(execz_note_, __LINE__) = {6, (uint32_t)((sizeof(text) + 3) & ~(size_t)3),        \
                                            EXECZ_NOTE_MANIFEST, "execz", text}

/**
 * Defines the option table `table` and writes it into the file's note for the component named alias
 * (the component's own alias text).  The elements are EXECZ_OPTION().  Use
 * EXECZ_WITH_OPTIONS(table) in the component.
 */
#define EXECZ_OPTIONS(table, alias_text, ...)                                                      \
    EXECZ_OPTION_TABLE_(table, EXECZ_NOTE_OPTIONS, alias_text, __VA_ARGS__)
#define EXECZ_TASK_OPTIONS(table, alias_text, ...)                                                 \
    EXECZ_OPTION_TABLE_(table, EXECZ_NOTE_TASK_OPTIONS, alias_text, __VA_ARGS__)
#define EXECZ_OPTION_TABLE_(table, note_type, alias_text, ...)                                     \
    static const execz_option table[] = {__VA_ARGS__};                                             \
    EXECZ_IN_NOTE static const struct {                                                            \
        uint32_t name_size, body_size, type;                                                       \
        char name[8];                                                                              \
        char alias[64];                                                                            \
        execz_option option[sizeof(table) / sizeof(table[0])];                                     \
    } EXECZ_PASTE(table, _note_) = {6,       64 + sizeof(table), note_type,                        \
                                    "execz", alias_text,         {__VA_ARGS__}}
#define EXECZ_WITH_OPTIONS(table)                                                                  \
    .options = (table), .n_options = (uint32_t)(sizeof(table) / sizeof((table)[0]))
#define EXECZ_WITH_TASK_OPTIONS(table)                                                             \
    .task_options = (table), .n_task_options = (uint32_t)(sizeof(table) / sizeof((table)[0]))

#ifdef __cplusplus
}
#endif
#endif
