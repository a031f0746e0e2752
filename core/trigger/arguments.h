/* SPDX-License-Identifier: MIT */
/* What the builders of all kinds share: checking keys and telling mistakes at their column. */
#ifndef EZ_TRIGGER_ARGUMENTS_H
#define EZ_TRIGGER_ARGUMENTS_H

#include <stdbool.h>

#include "trigger/civil.h"
#include "trigger/syntax.h"
#include "trigger/text.h"

/* The building of one trigger from its text: its surroundings, and where a mistake is told. */
typedef struct ez_build {
    const ez_trigger_defaults *defaults;
    size_t column;    /* of the mistake, from 1; set by ez_build_fail() and ez_build_blame() */
    execz_error *err; /* borrowed; may be NULL */
    unsigned steps;   /* left for finding out whether something ever fires */
    bool anchored;    /* something in it counts from the anchor of the surroundings */
} ez_build;

/* What a kind accepts. */
typedef struct ez_signature {
    const char *const *keys;
    size_t n_keys;
    const char *bare_key; /* of keys: what one value without a key stands for; NULL: needs a key */
    bool takes_triggers;
} ez_signature;

/* Describes a mistake at column; returns EXECZ_E_PARSE. */
execz_status ez_build_fail(ez_build *build, size_t column, const char *format, ...)
    EXECZ_PRINTF(3, 4);

/* Adds to a mistake that was just described in build->err that it is in the value of argument;
 * returns the status it is given. */
execz_status ez_build_blame(ez_build *build, const ez_syntax_argument *argument,
                            execz_status status);

/* Refuses unknown and repeated keys, values without a key, and triggers within this one unless it
 * takes some. */
execz_status ez_arguments_check(ez_build *build, const ez_syntax_call *call,
                                const ez_signature *signature);

/* The argument called key, or the bare one if that is what it stands for; NULL if it is not given.
 */
const ez_syntax_argument *ez_arguments_find(const ez_syntax_call *call,
                                            const ez_signature *signature, const char *key);

/* The anchor of the surroundings, on which the trigger then depends. */
ez_moment ez_build_take_anchor(ez_build *build);

/* "a, b and c".  Caller frees. */
char *ez_words_join(const char *const *words, size_t n);

#endif
