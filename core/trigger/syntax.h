/* SPDX-License-Identifier: MIT */
/* The text form of triggers without its meaning: text to tree, value to text. */
#ifndef EZ_TRIGGER_SYNTAX_H
#define EZ_TRIGGER_SYNTAX_H

#include <stdbool.h>

#include <glib.h>

#include <execz/types.h>

#define EZ_SYNTAX_BLANKS " \t\r\n\v\f"
#define EZ_SYNTAX_TEXT_MAX 4096  /* bytes of a whole text */
#define EZ_SYNTAX_NESTING_MAX 16 /* triggers within triggers, the outermost included */
#define EZ_SYNTAX_WORD_MAX 512   /* bytes of one name or value, so that a message can quote it */

typedef struct ez_syntax_call ez_syntax_call;

/* One of "key=value", "value" or "call(...)".  Columns are counted in bytes from 1. */
typedef struct ez_syntax_argument {
    char *key;            /* owned; NULL if it has none */
    char *value;          /* owned; NULL if it is a call */
    ez_syntax_call *call; /* owned; NULL if it is a value */
    size_t column;        /* of the key, or of the value if there is no key */
    size_t value_column;  /* of the value; of its opening quote if it is quoted */
    bool is_quoted;       /* the value */
} ez_syntax_argument;

/* name(argument, ...) */
struct ez_syntax_call {
    char *name; /* owned */
    size_t column;
    GPtrArray *arguments; /* owned ez_syntax_argument, in the order of the text */
};

/* Reads a whole text; the grammar is in the source.  On failure *column_out is where the mistake
 * is. */
execz_status ez_syntax_parse(const char *text, ez_syntax_call **call_out, size_t *column_out,
                             execz_error *err);

/* Refuses what is not UTF-8 or has control characters but for blanks: messages quote the text, so it
 * must be fit to be shown.  On failure *column_out is where that is. */
execz_status ez_syntax_check_characters(const char *text, size_t *column_out, execz_error *err);

void ez_syntax_call_free(ez_syntax_call *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ez_syntax_call, ez_syntax_call_free)

/* Appends an argument to a text that ends within an open call: ", " if it is not the first, "key="
 * unless key is NULL, and the value, in quotes if it needs them. */
void ez_syntax_append(GString *text, const char *key, const char *value);

#endif
