/* SPDX-License-Identifier: MIT */
/* Whether a zone file can be given to GLib, which ends the process over one that is cut off. */
#ifndef EZ_TRIGGER_ZONE_FILE_H
#define EZ_TRIGGER_ZONE_FILE_H

typedef enum ez_zone_file {
    EZ_ZONE_FILE_NONE,   /* no regular file that begins like a zone file */
    EZ_ZONE_FILE_BROKEN, /* one that is cut off or contradicts itself */
    EZ_ZONE_FILE_WHOLE,
} ez_zone_file;

#define EZ_ZONE_FILE_MAX (1024 * 1024) /* bytes; those of tzdata have less than 4,000 */

/* What lies at path. */
ez_zone_file ez_zone_file_look(const char *path);

#endif
