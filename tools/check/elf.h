/* SPDX-License-Identifier: MIT */
/* What an ELF file asks of the system's loader.  That it is one of this machine is known. */
#ifndef EZ_CHECK_ELF_H
#define EZ_CHECK_ELF_H

#include <stdbool.h>

#include <glib.h>

typedef struct ez_linkage {
    char *bytes; /* owned; the file */
    gsize size;
    bool stack_can_run; /* it asks for an executable stack */
    bool has_relro;     /* what is relocated is read-only afterwards */
    bool binds_now;     /* its relocations are made when it is loaded */
    bool relocates_text;
    bool static_tls;
    const char *run_path; /* borrowed from bytes, as the texts below; NULL: none */
    GPtrArray *needed;    /* owned, of libraries */
    GPtrArray *exported;  /* owned, of symbols that are defined and that anybody may use */
} ez_linkage;

/* False if the file cannot be read, or is not what it says it is. */
bool ez_linkage_read(ez_linkage *self, const char *path);
void ez_linkage_clear(ez_linkage *self);

#endif
