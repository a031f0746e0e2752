/* SPDX-License-Identifier: MIT */
/*
 * A walk over three tables of an ELF file: program headers (for the notes), section headers and the
 * dynamic symbols (for the exported functions).  The bytes are hostile; see plugin/range.h.
 *
 * Notes are taken from the segments and not from the sections, since it is the segments that every
 * tool keeps; the symbols come from the section table because the segments do not say how many there
 * are.
 *
 * Rejected: libelf, a dependency with a history of its own in hostile input, for 100 lines.
 */
#include "plugin/elf_note.h"

#include "plugin/codes.h"
#include "plugin/range.h"

#include <execz/plugin.h>

#include <elf.h>
#include <string.h>

#if defined(__x86_64__)
#define OUR_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define OUR_MACHINE EM_AARCH64
#elif defined(__riscv)
#define OUR_MACHINE EM_RISCV
#elif defined(__powerpc64__)
#define OUR_MACHINE EM_PPC64
#elif defined(__s390x__)
#define OUR_MACHINE EM_S390
#elif defined(__loongarch__)
#define OUR_MACHINE EM_LOONGARCH
#else
#error "name this machine's e_machine here"
#endif

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define OUR_ORDER ELFDATA2LSB
#else
#define OUR_ORDER ELFDATA2MSB
#endif

#define NOTE_NAME "execz"
/* A plugin has a handful; more only cost time. */
#define NOTES_MAX 256u

execz_status
ez_elf_truncated(execz_error *err, const char *what)
{
    return ez_plugin_fail(err, EZ_P_MALFORMED,
                          "the file is truncated or damaged: its %s is not all there; "
                          "build or copy it again",
                          what);
}

static execz_status
read_header(ez_range image, Elf64_Ehdr *header, execz_error *err)
{
    unsigned char ident[EI_NIDENT];

    if (image.size < SELFMAG || memcmp(image.bytes, ELFMAG, SELFMAG) != 0) {
        return ez_plugin_fail(err, EZ_P_NOT_ELF,
                              "it is not an ELF file, so it is no shared object; "
                              "only plugins belong here");
    }
    if (!ez_range_fetch(image, 0, ident, sizeof ident)) {
        return ez_elf_truncated(err, "ELF header");
    }
    if (ident[EI_CLASS] != ELFCLASS64) {
        return ez_plugin_fail(err, EZ_P_WRONG_CLASS,
                              "it is not a 64-bit file, this execz is: build it for this machine");
    }
    if (ident[EI_DATA] != OUR_ORDER) {
        return ez_plugin_fail(err, EZ_P_WRONG_ORDER,
                              "its byte order is not that of this machine: build it for this one");
    }
    if (!ez_range_fetch(image, 0, header, sizeof *header)) {
        return ez_elf_truncated(err, "ELF header");
    }
    if (header->e_machine != OUR_MACHINE) {
        return ez_plugin_fail(err, EZ_P_WRONG_MACHINE,
                              "it is built for ELF machine %u, this execz for %u: "
                              "build it for this machine",
                              header->e_machine, (unsigned)OUR_MACHINE);
    }
    if (header->e_type != ET_DYN) {
        return ez_plugin_fail(err, EZ_P_NOT_SHARED,
                              "it is not a shared object (ELF type %u): link it with -shared",
                              header->e_type);
    }
    return EXECZ_OK;
}

static uint64_t
round_up(uint64_t size, uint64_t alignment)
{
    return (size + alignment - 1) / alignment * alignment;
}

/* Reads the note at *offset of segment and steps over it. */
static bool
next_note(ez_range segment, uint64_t alignment, uint64_t *offset, GArray *notes)
{
    Elf64_Nhdr header;
    ez_range name, body;
    uint64_t body_at;

    if (!ez_range_fetch(segment, *offset, &header, sizeof header)) {
        return false;
    }
    if (header.n_namesz == 0) { /* filler, which clang's address sanitizer puts behind objects */
        *offset += 4;
        return true;
    }
    body_at = *offset + sizeof header + round_up(header.n_namesz, alignment);
    if (!ez_range_part(segment, *offset + sizeof header, header.n_namesz, &name) ||
        !ez_range_part(segment, body_at, header.n_descsz, &body)) {
        return false;
    }
    if (name.size == sizeof NOTE_NAME && memcmp(name.bytes, NOTE_NAME, name.size) == 0) {
        ez_elf_note note = {header.n_type, body.bytes, body.size};

        g_array_append_val(notes, note);
    }
    *offset = body_at + round_up(body.size, alignment);
    return true;
}

static execz_status
read_notes(ez_range image, const Elf64_Ehdr *header, GArray *notes, execz_error *err)
{
    for (unsigned i = 0; i < header->e_phnum; i++) {
        Elf64_Phdr segment;
        ez_range inside;
        uint64_t alignment, offset = 0;

        if (header->e_phoff > image.size ||
            !ez_range_fetch(image, header->e_phoff + (uint64_t)i * sizeof segment, &segment,
                            sizeof segment)) {
            return ez_elf_truncated(err, "program header table");
        }
        if (segment.p_type == PT_LOAD &&
            !ez_range_part(image, segment.p_offset, segment.p_filesz, &inside)) {
            return ez_elf_truncated(err, "code or data");
        }
        if (segment.p_type != PT_NOTE) {
            continue;
        }
        if (!ez_range_part(image, segment.p_offset, segment.p_filesz, &inside)) {
            return ez_elf_truncated(err, "note segment");
        }
        alignment = segment.p_align == 8 ? 8 : 4;
        while (inside.size >= offset + sizeof(Elf64_Nhdr)) {
            if (notes->len >= NOTES_MAX || !next_note(inside, alignment, &offset, notes)) {
                return ez_plugin_fail(err, EZ_P_BAD_NOTE,
                                      "a note in the file is malformed, or there are more than %u: "
                                      "build it again",
                                      NOTES_MAX);
            }
        }
    }
    return EXECZ_OK;
}

static const char *const entry_names[] = {"execz_plugin_entry"};
static const char *const plain_names[] = {"execz_abi", "execz_executor_start",
                                          "execz_executor_shutdown", "execz_executor_send_task"};

/* Marks in *seen which of the n names this is. */
static void
mark(const char *name, const char *const *names, size_t n, unsigned *seen)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(name, names[i]) == 0) {
            *seen |= 1u << i;
        }
    }
}

static void
read_symbols(ez_range table, ez_range names, ez_elf *out)
{
    unsigned entry = 0, plain = 0;

    for (size_t at = 0; table.size - at >= sizeof(Elf64_Sym); at += sizeof(Elf64_Sym)) {
        Elf64_Sym symbol;
        const char *name;

        memcpy(&symbol, table.bytes + at, sizeof symbol);
        name = ez_range_text(names, symbol.st_name);
        if (name != NULL && symbol.st_shndx != SHN_UNDEF &&
            ELF64_ST_BIND(symbol.st_info) != STB_LOCAL) {
            mark(name, entry_names, G_N_ELEMENTS(entry_names), &entry);
            mark(name, plain_names, G_N_ELEMENTS(plain_names), &plain);
        }
    }
    out->has_symbols = true;
    out->has_entry = entry == (1u << G_N_ELEMENTS(entry_names)) - 1;
    out->has_plain = plain == (1u << G_N_ELEMENTS(plain_names)) - 1;
}

static bool
read_section(ez_range image, const Elf64_Ehdr *header, unsigned index, Elf64_Shdr *out)
{
    return index < header->e_shnum && header->e_shoff <= image.size &&
           ez_range_fetch(image, header->e_shoff + (uint64_t)index * sizeof *out, out, sizeof *out);
}

static execz_status
find_symbols(ez_range image, const Elf64_Ehdr *header, ez_elf *out, execz_error *err)
{
    for (unsigned i = 0; i < header->e_shnum; i++) {
        Elf64_Shdr section, texts;
        ez_range table, names;

        if (!read_section(image, header, i, &section)) {
            return ez_elf_truncated(err, "section header table");
        }
        if (section.sh_type != SHT_DYNSYM) {
            continue;
        }
        if (!read_section(image, header, section.sh_link, &texts) ||
            !ez_range_part(image, section.sh_offset, section.sh_size, &table) ||
            !ez_range_part(image, texts.sh_offset, texts.sh_size, &names)) {
            return ez_elf_truncated(err, "symbol table");
        }
        read_symbols(table, names, out);
    }
    return EXECZ_OK;
}

execz_status
ez_elf_read(const uint8_t *image, size_t size, ez_elf *out, execz_error *err)
{
    ez_range whole = {image, size};
    Elf64_Ehdr header = {0};
    g_auto(ez_elf) found = {0};
    execz_status status = read_header(whole, &header, err);

    if (status != EXECZ_OK) {
        return status;
    }
    if (header.e_phentsize != sizeof(Elf64_Phdr) ||
        (header.e_shnum != 0 && header.e_shentsize != sizeof(Elf64_Shdr))) {
        return ez_elf_truncated(err, "ELF header");
    }
    found.notes = g_array_new(FALSE, FALSE, sizeof(ez_elf_note));
    status = read_notes(whole, &header, found.notes, err);
    if (status == EXECZ_OK) {
        status = find_symbols(whole, &header, &found, err);
    }
    if (status == EXECZ_OK) {
        *out = found;
        found.notes = NULL;
    }
    return status;
}

void
ez_elf_deinit(ez_elf *self)
{
    g_clear_pointer(&self->notes, g_array_unref);
}
