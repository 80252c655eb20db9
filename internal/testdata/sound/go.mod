module house

go 1.26

require (
	example.com/queue v1.0.0
	example.com/queue/driver v1.0.0
	example.com/yaml v1.0.0 // indirect
)
