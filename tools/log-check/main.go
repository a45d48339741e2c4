// Log-check reads a book's public log with the transparency log packages of the Go project, which know nothing of this engine:
// the checkpoint by golang.org/x/mod/sumdb/note, tiles and proofs by golang.org/x/mod/sumdb/tlog. It re-hashes every entry
// bundle, authenticates every tile against the signed root, proves the first and last leaves in it, and, with -old, that the
// log goes on from an earlier checkpoint.
//
//	log-check -url http://127.0.0.1:5080/log/ledger -key 'name+id+base64' [-old checkpoint-file]
package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	height   = 8
	ecdsaKey = 0x02
)

// A verifier checks C2SP signatures of type 0x02, which the note package leaves to others.
type verifier struct {
	name string
	hash uint32
	key  *ecdsa.PublicKey
}

func (v *verifier) Name() string    { return v.name }
func (v *verifier) KeyHash() uint32 { return v.hash }
func (v *verifier) Verify(msg, sig []byte) bool {
	digest := sha256.Sum256(msg)
	return ecdsa.VerifyASN1(v.key, digest[:], sig)
}

func parseKey(text string) (note.Verifier, error) {
	text = strings.TrimSpace(text)
	if known, err := note.NewVerifier(text); err == nil {
		return known, nil
	}
	parts := strings.SplitN(text, "+", 3)
	if len(parts) != 3 {
		return nil, fmt.Errorf("a verifier key is name+id+base64")
	}
	material, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(material) < 2 || material[0] != ecdsaKey {
		return nil, fmt.Errorf("the verifier key is of neither type 0x01 nor 0x02")
	}
	public, err := x509.ParsePKIXPublicKey(material[1:])
	if err != nil {
		return nil, err
	}
	key, ok := public.(*ecdsa.PublicKey)
	if !ok {
		return nil, fmt.Errorf("the verifier key is not ECDSA")
	}
	digest := sha256.Sum256(material[1:])
	hash := binary.BigEndian.Uint32(digest[:4])
	if parts[1] != fmt.Sprintf("%08x", hash) {
		return nil, fmt.Errorf("the verifier key's id is not that of its key")
	}
	return &verifier{parts[0], hash, key}, nil
}

// openCheckpoint verifies a note and reads origin, size and root from its text.
func openCheckpoint(data []byte, v note.Verifier) (tlog.Tree, error) {
	opened, err := note.Open(data, note.VerifierList(v))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != v.Name() {
		return tlog.Tree{}, fmt.Errorf("the note is no checkpoint of %s", v.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// A reader fetches tiles over HTTP. The log's paths leave out the height, which is always 8.
type reader struct{ url string }

func (r *reader) Height() int                          { return height }
func (r *reader) SaveTiles(_ []tlog.Tile, _ [][]byte) {}
func (r *reader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var read [][]byte
	for _, tile := range tiles {
		data, err := fetch(r.url + "/" + strings.Replace(tile.Path(), "tile/8/", "tile/", 1))
		if err != nil {
			return nil, err
		}
		read = append(read, data)
	}
	return read, nil
}

func fetch(url string) ([]byte, error) {
	response, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", url, response.Status)
	}
	return io.ReadAll(response.Body)
}

// checkBundle compares the entries of a bundle with the authenticated leaf hashes.
func checkBundle(url string, first, width int64, hashes tlog.HashReader) error {
	path := strings.Replace(tlog.Tile{H: height, L: 0, N: first >> height, W: int(width)}.Path(), "tile/8/0/", "tile/entries/", 1)
	bundle, err := fetch(url + "/" + path)
	if err != nil {
		return err
	}
	var indexes []int64
	for i := int64(0); i < width; i++ {
		indexes = append(indexes, tlog.StoredHashIndex(0, first+i))
	}
	leaves, err := hashes.ReadHashes(indexes)
	if err != nil {
		return err
	}
	for i, leaf := range leaves {
		if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
			return fmt.Errorf("the bundle at %d ends early", first)
		}
		length := 2 + int(binary.BigEndian.Uint16(bundle))
		if tlog.RecordHash(bundle[2:length]) != leaf {
			return fmt.Errorf("entry %d is not what the tree holds", first+int64(i))
		}
		bundle = bundle[length:]
	}
	if len(bundle) > 0 {
		return fmt.Errorf("the bundle at %d holds more than its entries", first)
	}
	return nil
}

func checkLeaf(tree tlog.Tree, index int64, hashes tlog.HashReader) error {
	leaf, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
	if err != nil {
		return err
	}
	proof, err := tlog.ProveRecord(tree.N, index, hashes)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaf[0])
}

func run(url, key, old string) error {
	v, err := parseKey(key)
	if err != nil {
		return err
	}
	data, err := fetch(url + "/checkpoint")
	if err != nil {
		return err
	}
	tree, err := openCheckpoint(data, v)
	if err != nil {
		return err
	}
	hashes := tlog.TileHashReader(tree, &reader{url})
	for first := int64(0); first < tree.N; first += 1 << height {
		width := tree.N - first
		if width > 1<<height {
			width = 1 << height
		}
		if err := checkBundle(url, first, width, hashes); err != nil {
			return err
		}
	}
	for _, index := range []int64{0, tree.N / 2, tree.N - 1} {
		if err := checkLeaf(tree, index, hashes); err != nil {
			return err
		}
	}
	if old != "" {
		data, err := os.ReadFile(old)
		if err != nil {
			return err
		}
		before, err := openCheckpoint(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), v)
		if err != nil {
			return err
		}
		proof, err := tlog.ProveTree(tree.N, before.N, hashes)
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, before.N, before.Hash); err != nil {
			return err
		}
		fmt.Printf("goes on from %d\n", before.N)
	}
	fmt.Printf("%s: %d entries under %s\n", v.Name(), tree.N, tree.Hash)
	return nil
}

func main() {
	url := flag.String("url", "", "the log's address, without a slash at its end")
	key := flag.String("key", "", "its verifier key")
	old := flag.String("old", "", "a file with an earlier checkpoint")
	flag.Parse()
	if err := run(*url, *key, *old); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
