/* SPDX-License-Identifier: MIT */
/* The control protocol: objects of JSON, each on a line of its own.  docs/PROTOCOL.md describes it.
 *
 *     {"execz": 1, "do": "inspect", "task": "backup"}
 *     {"execz": 1, "ok": true, "result": {...}}
 *     {"execz": 1, "ok": true, "more": true, "result": {...}}
 *     {"execz": 1, "ok": false, "error": {"code": "not_found", "message": "..."}} */
#ifndef EZ_CONTROL_WIRE_H
#define EZ_CONTROL_WIRE_H

#include <stdbool.h>

#include <glib.h>
#include <jansson.h>

#include <execz/types.h>

#define EZ_PROTOCOL_VERSION 1
#define EZ_REQUEST_MAX ((size_t)1 << 20) /* bytes of a request's line */
#define EZ_REPLY_MAX ((size_t)64 << 20)  /* bytes of a reply, with its parts */
#define EZ_DEPTH_MAX 32                  /* objects and arrays within each other in a request */

/* Reads a request's line of length bytes, without its end.  NULL if it is none; then err says why. */
json_t *ez_wire_parse_request(const char *line, size_t length, execz_error *err);

/* A reply's line with its end; takes result, which is NULL for a failure that err describes.  id is what
 * the request had as its id, NULL for none.  Caller frees. */
char *ez_wire_format_reply(const json_t *id, json_t *result, const execz_error *err);

/* A line with a part of an answer, ahead of the reply's. */
char *ez_wire_format_part(const json_t *id, json_t *part);

/* One value that a request may have. */
typedef enum ez_param_type {
    EZ_PARAM_TEXT,   /* const char *, the request's */
    EZ_PARAM_YES,    /* bool */
    EZ_PARAM_COUNT,  /* int64_t, 0 or more */
    EZ_PARAM_OBJECT, /* const json_t *, of texts; the request's */
} ez_param_type;

typedef struct ez_param {
    const char *name;
    ez_param_type type;
    void *target; /* untouched if the request has none */
    bool required;
} ez_param;

/* Reads what a request has beside execz, do and id, into the targets of params, which end with one
 * without a name. */
execz_status ez_wire_read_params(const json_t *request, const ez_param *params, execz_error *err);

#endif
