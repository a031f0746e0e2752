/* SPDX-License-Identifier: MIT */
/* Calls a function: arguments and result in JSON, messages, children, and what its return means. */
#ifndef EZ_FUNCTION_CALL_H
#define EZ_FUNCTION_CALL_H

#include "function/args.h"
#include "function/waiter.h"
#include "task/body.h"

#include <execz/function.h>

/* The largest result of a function, in bytes of JSON. */
#define EZ_RESULT_LENGTH_MAX (UINT64_C(16) * 1024 * 1024)
/* What is kept of a function's message, in bytes. */
#define EZ_MESSAGE_LENGTH_MAX (64 * 1024)

typedef struct ez_children ez_children;

/* What many calls do without. */
typedef struct ez_call_notes {
    ez_args args;
    char *run_key;      /* owned, as all texts here; NULL: none */
    char *message;      /* why it fails, in its own words */
    char *value;        /* the result */
    char *result_error; /* what is wrong with the last one */
    size_t value_length;
    ez_children *children; /* owned; NULL: it never had any */
    char *childs_message;  /* of the first child that said something, */
    char *childs_error;    /* or made a mistake with arguments or result */
} ez_call_notes;

/* One call, of a function or of its child. */
typedef struct ez_call {
    execz_call face; /* first: what the function sees; its waiter is an ez_waiter's table */
    const ez_body *body;
    ez_call_notes *notes; /* owned; NULL: none yet */
    bool is_child;
} ez_call;

/* Calls function for body on this thread and fills outcome; outcome is empty before.  [worker] */
void ez_call_function(const execz_function *function, const ez_body *body, ez_outcome *outcome);

/* waiter NULL: it is to follow. */
void ez_call_init(ez_call *self, const ez_body *body, const execz_waiter *waiter);
void ez_call_deinit(ez_call *self);

/* Its notes, which are made if there are none. */
ez_call_notes *ez_call_note(ez_call *self);

/* What it did wrong with arguments or result; NULL: nothing. */
const char *ez_call_mistake(const ez_call *self);

#endif
