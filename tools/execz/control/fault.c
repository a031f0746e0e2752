/* SPDX-License-Identifier: MIT */
#include "control/fault.h"

#include "command.h"

#include <stdarg.h>
#include <string.h>

typedef struct fault {
    execz_status status;
    const char *word;
    int exit;
} fault;

/* The first one stands for every status that is not here. */
static const fault faults[] = {
    {EXECZ_E_FAIL, "failed", EZ_EXIT_FAILED},
    {EXECZ_E_INVAL, "invalid", EZ_EXIT_USAGE},
    {EXECZ_E_UNSUPPORTED, "unsupported", EZ_EXIT_FAILED},
    {EXECZ_E_BUSY, "busy", EZ_EXIT_FAILED},
    {EXECZ_E_SHUTDOWN, "shutdown", EZ_EXIT_CONFLICT},
    {EXECZ_E_TIMEOUT, "timeout", EZ_EXIT_FAILED},
    {EXECZ_E_STATE, "state", EZ_EXIT_CONFLICT},
    {EXECZ_E_NOT_FOUND, "not_found", EZ_EXIT_NOT_FOUND},
    {EXECZ_E_EXISTS, "exists", EZ_EXIT_CONFLICT},
    {EXECZ_E_CONFIG, "config", EZ_EXIT_CONFIG},
    {EXECZ_E_PARSE, "config", EZ_EXIT_CONFIG},
    {EXECZ_E_PLUGIN, "plugin", EZ_EXIT_FAILED},
    {EXECZ_E_IO, "io", EZ_EXIT_FAILED},
    {EXECZ_E_LIMIT, "limit", EZ_EXIT_FAILED},
    {EXECZ_E_PERMISSION, "permission", EZ_EXIT_PERMISSION},
};

execz_status
ez_fault_set(execz_error *err, execz_status status, const char *format, ...)
{
    va_list args;

    if (err != NULL) {
        err->status = status;
        err->code[0] = '\0';
        va_start(args, format);
        (void)g_vsnprintf(err->message, sizeof err->message, format, args);
        va_end(args);
    }
    return status;
}

const char *
ez_fault_word(execz_status status)
{
    for (size_t i = 0; i < G_N_ELEMENTS(faults); i++) {
        if (faults[i].status == status) {
            return faults[i].word;
        }
    }
    return faults[0].word;
}

int
ez_fault_exit(const char *word)
{
    for (size_t i = 0; i < G_N_ELEMENTS(faults); i++) {
        if (strcmp(faults[i].word, word) == 0) {
            return faults[i].exit;
        }
    }
    return faults[0].exit;
}
