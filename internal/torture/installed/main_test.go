package installed

import (
	"os"
	"testing"

	"beredskab/internal/store/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }
