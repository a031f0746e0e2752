/* SPDX-License-Identifier: MIT */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* How much of err the caller owns; size 0 means the first released layout. */
static size_t
owned_size(const execz_error *err)
{
    return err->size == 0 || err->size > sizeof *err ? sizeof *err : err->size;
}

static void
fill(execz_error *err, execz_status status, const char *code, const char *message)
{
    size_t message_at = offsetof(execz_error, message);

    if (err == NULL || owned_size(err) <= message_at) {
        return;
    }
    err->status = status;
    snprintf(err->code, sizeof err->code, "%s", code);
    snprintf(err->message, owned_size(err) - message_at, "%s", message);
}

execz_status
ez_fail(execz_error *err, execz_status status, const char *format, ...)
{
    char message[sizeof err->message];
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    fill(err, status, "", message);
    return status;
}

execz_status
ez_fail_code(execz_error *err, execz_status status, const char *code, const char *format, ...)
{
    char message[sizeof err->message];
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    fill(err, status, code, message);
    return status;
}

void
ez_error_prefix(execz_error *err, const char *format, ...)
{
    char message[sizeof err->message];
    char code[sizeof err->code];
    va_list args;
    int length;

    if (err == NULL) {
        return;
    }
    va_start(args, format);
    length = vsnprintf(message, sizeof message, format, args);
    va_end(args);
    if (length >= 0 && (size_t)length < sizeof message) {
        snprintf(message + length, sizeof message - (size_t)length, "%s", err->message);
    }
    snprintf(code, sizeof code, "%s", err->code);
    fill(err, err->status, code, message);
}

void
ez_error_terminate(execz_error *err)
{
    if (err != NULL) {
        err->code[sizeof err->code - 1] = '\0';
        err->message[sizeof err->message - 1] = '\0';
    }
}

const char *
ez_status_text(execz_status status)
{
    static const char *const texts[] = {
        "ok",
        "failed",
        "invalid argument",
        "out of memory",
        "not supported",
        "busy: max instances reached",
        "busy",
        "shutting down",
        "timed out",
        "wrong state",
        "not found",
        "already exists",
        "configuration error",
        "plugin cannot be used",
        "parse error",
        "i/o error",
        "cancelled",
        "limit reached",
        "not permitted",
    };
    int index = -status;

    return index >= 0 && index < (int)(sizeof texts / sizeof texts[0]) ? texts[index] : "unknown";
}
